import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LobbyToken } from '../../entities/signaling/lobby-token.entity.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { CallsModule } from '../calls/calls.module.js';
import { IceServersModule } from '../ice-servers/ice-servers.module.js';
import { ConnectionDirectory } from '../realtime/connection-directory.js';
import { CallIce } from './call-ice.service.js';
import { CallRooms } from './call-rooms.service.js';
import { Invitations } from './invitations.service.js';
import { LobbyController } from './lobby.controller.js';
import { LostPeers } from './lost-peers.service.js';
import { Lobby } from './lobby.service.js';
import { LobbyDirectory } from './lobby-directory.service.js';
import { LobbyTokensController } from './lobby-tokens.controller.js';
import { LobbyTokensRepository } from './lobby-tokens.repository.js';
import { LobbyTokens } from './lobby-tokens.service.js';
import { placesOf } from './signaling-peer.js';
import { Signaling } from './signaling.service.js';

/** Lobby, invitations and calls: domain and REST. The sockets' edge is in `gateways/signaling`. */
@Module({
  imports: [TypeOrmModule.forFeature([LobbyToken]), AccountsModule, CallsModule, IceServersModule],
  controllers: [LobbyController, LobbyTokensController],
  providers: [
    Lobby,
    LobbyDirectory,
    LobbyTokens,
    LobbyTokensRepository,
    CallRooms,
    CallIce,
    Invitations,
    LostPeers,
    Signaling,
  ],
  exports: [Signaling, Lobby, CallRooms, CallIce, Invitations],
})
export class SignalingModule {
  constructor(directory: ConnectionDirectory) {
    directory.describe('signaling', placesOf);
  }
}
