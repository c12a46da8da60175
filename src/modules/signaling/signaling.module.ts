import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { LobbyToken } from '../../entities/signaling/lobby-token.entity.js';
import { AccountsModule } from '../accounts/accounts.module.js';
import { CallsModule } from '../calls/calls.module.js';
import { IceServersModule } from '../ice-servers/ice-servers.module.js';
import { ConnectionDirectory } from '../realtime/fan-out/connection-directory.js';
import { CallIce } from './calls/call-ice.service.js';
import { CallRooms } from './calls/call-rooms.service.js';
import { ForcedEnds } from './calls/forced-ends.service.js';
import { Invitations } from './calls/invitations.service.js';
import { LobbyController } from './lobby.controller.js';
import { LostPeers } from './calls/lost-peers.service.js';
import { Lobby } from './lobby/lobby.service.js';
import { LobbyDirectory } from './lobby-directory.service.js';
import { LobbyTokensController } from './tokens/lobby-tokens.controller.js';
import { LobbyTokensRepository } from './tokens/lobby-tokens.repository.js';
import { LobbyProofs } from './tokens/lobby-proofs.service.js';
import { LobbyTokens } from './tokens/lobby-tokens.service.js';
import { placesOf } from './signaling-peer.js';
import { Signaling } from './signaling.service.js';

/** Lobby, invitations and calls: domain and REST. Their sockets are in `gateways/signaling`. */
@Module({
  imports: [TypeOrmModule.forFeature([LobbyToken]), AccountsModule, CallsModule, IceServersModule],
  controllers: [LobbyController, LobbyTokensController],
  providers: [
    Lobby,
    LobbyDirectory,
    LobbyProofs,
    LobbyTokens,
    LobbyTokensRepository,
    CallRooms,
    CallIce,
    Invitations,
    ForcedEnds,
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
