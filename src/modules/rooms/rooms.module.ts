import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Application } from '../../entities/rooms/application.entity.js';
import { ApplicationKey } from '../../entities/rooms/application-key.entity.js';
import { Room } from '../../entities/rooms/room.entity.js';
import { RoomEndpoint } from '../../entities/rooms/room-endpoint.entity.js';
import { ConnectionDirectory } from '../realtime/connection-directory.js';
import { RevocationSelectors } from '../realtime/revocation-selectors.js';
import { ApplicationRoomsController } from './application-rooms.controller.js';
import { ApplicationsController } from './applications.controller.js';
import { Applications } from './applications.service.js';
import { ApplicationsRepository } from './applications.repository.js';
import { codeDigest } from './endpoint-code.js';
import { EndpointsController } from './endpoints.controller.js';
import { Endpoints } from './endpoints.service.js';
import { EndpointsRepository } from './endpoints.repository.js';
import { LegacyRoomsController } from './legacy-rooms.controller.js';
import { MessageLog } from './message-log.service.js';
import { MessageLogRepository } from './message-log.repository.js';
import { Retention } from './retention.service.js';
import { RetentionRepository } from './retention.repository.js';
import { placesOf } from './room-connection.js';
import { RoomFeeds } from './room-feeds.service.js';
import { RoomMessages } from './room-messages.service.js';
import { RoomMessagesController } from './room-messages.controller.js';
import { RoomPresence } from './room-presence.service.js';
import { RoomRecovery } from './room-recovery.service.js';
import { RoomRelay } from './room-relay.service.js';
import { RoomSeats } from './room-seats.service.js';
import { Rooms } from './rooms.service.js';
import { RoomsController } from './rooms.controller.js';
import { RoomsRepository } from './rooms.repository.js';
import { SeatComparison } from './seat-comparison.service.js';
import { SeatExpiry } from './seat-expiry.service.js';
import { SeatLookup } from './seat-lookup.service.js';
import { SeatsRepository } from './seats.repository.js';

/** Applications with their rooms and endpoints: domain, REST and legacy HTTP. The sockets' edge is in `gateways/rooms`. */
@Module({
  imports: [TypeOrmModule.forFeature([Application, ApplicationKey, Room, RoomEndpoint])],
  controllers: [
    ApplicationsController,
    ApplicationRoomsController,
    RoomsController,
    EndpointsController,
    RoomMessagesController,
    LegacyRoomsController,
  ],
  providers: [
    ApplicationsRepository,
    Applications,
    RoomsRepository,
    Rooms,
    EndpointsRepository,
    Endpoints,
    MessageLogRepository,
    MessageLog,
    RoomMessages,
    RoomFeeds,
    RoomRecovery,
    RoomPresence,
    SeatsRepository,
    SeatLookup,
    SeatComparison,
    SeatExpiry,
    RoomSeats,
    RoomRelay,
    RetentionRepository,
    Retention,
  ],
  exports: [RoomSeats, RoomRelay, RoomPresence],
})
export class RoomsModule {
  constructor(
    directory: ConnectionDirectory,
    selectors: RevocationSelectors,
    seats: SeatLookup,
    applications: ApplicationsRepository,
  ) {
    directory.describe('rooms', placesOf);
    selectors.know('apiKey', (id) => applications.hasKey(Number(id)));
    selectors.know('endpoint', async (code) => {
      const digest = codeDigest(code);
      return digest !== undefined && (await seats.find(digest)) !== undefined;
    });
  }
}
