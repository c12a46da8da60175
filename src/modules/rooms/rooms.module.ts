import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Application } from '../../entities/rooms/application.entity.js';
import { ApplicationKey } from '../../entities/rooms/application-key.entity.js';
import { Room } from '../../entities/rooms/room.entity.js';
import { RoomEndpoint } from '../../entities/rooms/room-endpoint.entity.js';
import { Deliveries } from '../realtime/fan-out/deliveries.service.js';
import { TokenIssuer } from '../../entities/rooms/token-issuer.entity.js';
import { ConnectionDirectory } from '../realtime/fan-out/connection-directory.js';
import { RevocationSelectors } from '../realtime/access/revocation-selectors.js';
import { ApplicationRoomsController } from './applications/application-rooms.controller.js';
import { ApplicationsController } from './applications/applications.controller.js';
import { Applications } from './applications/applications.service.js';
import { ApplicationsRepository } from './applications/applications.repository.js';
import { EndpointsController } from './endpoints/endpoints.controller.js';
import { Endpoints } from './endpoints/endpoints.service.js';
import { EndpointsRepository } from './endpoints/endpoints.repository.js';
import { MessageLog } from './log/message-log.service.js';
import { MessageLogRepository } from './log/message-log.repository.js';
import { Retention } from './log/retention.service.js';
import { RetentionRepository } from './log/retention.repository.js';
import { placesOf } from './room-connection.js';
import { RoomFeeds } from './log/room-feeds.service.js';
import { RoomMessages } from './messages/room-messages.service.js';
import { RoomReading } from './messages/room-reading.service.js';
import { RoomMessagesController } from './messages/room-messages.controller.js';
import { RoomPresence } from './directory/room-presence.service.js';
import { HolderAdmission } from './live/holder-admission.service.js';
import { RoomRecovery } from './live/room-recovery.service.js';
import { RoomRelay } from './live/room-relay.service.js';
import { RoomSeats } from './live/room-seats.service.js';
import { Rooms } from './directory/rooms.service.js';
import { RoomsController } from './directory/rooms.controller.js';
import { RoomsRepository } from './directory/rooms.repository.js';
import { CustomerTokens } from './tokens/customer-tokens.service.js';
import { IssuerKeys } from './tokens/issuer-keys.service.js';
import { TokenIssuersController } from './tokens/token-issuers.controller.js';
import { TokenIssuersRepository } from './tokens/token-issuers.repository.js';
import { TokenIssuers } from './tokens/token-issuers.service.js';
import { SeatComparison } from './live/seat-comparison.service.js';
import { SeatExpiry } from './live/seat-expiry.service.js';
import { SeatLookup } from './live/seat-lookup.service.js';
import { SeatsRepository } from './live/seats.repository.js';

/**
 * Applications with their rooms and endpoints: domain and REST. Sockets, streams and legacy HTTP are in
 * `gateways/rooms`.
 */
@Module({
  imports: [TypeOrmModule.forFeature([Application, ApplicationKey, Room, RoomEndpoint, TokenIssuer])],
  controllers: [
    ApplicationsController,
    ApplicationRoomsController,
    RoomsController,
    EndpointsController,
    RoomMessagesController,
    TokenIssuersController,
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
    RoomReading,
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
    TokenIssuersRepository,
    TokenIssuers,
    IssuerKeys,
    CustomerTokens,
    HolderAdmission,
  ],
  exports: [Rooms, Endpoints, RoomSeats, HolderAdmission, RoomRelay, RoomPresence],
})
export class RoomsModule {
  constructor(
    directory: ConnectionDirectory,
    selectors: RevocationSelectors,
    seats: SeatLookup,
    applications: ApplicationsRepository,
    rooms: RoomsRepository,
    deliveries: Deliveries,
  ) {
    deliveries.know(
      'room',
      'rooms',
      async (ids) =>
        new Map((await rooms.byIds(ids)).map(({ id, name, applicationId }) => [id, { label: name, applicationId }])),
    );
    directory.describe('rooms', placesOf);
    selectors.know('apiKey', (id) => applications.hasKey(Number(id)));
    selectors.know('endpoint', (idOrCode) => seats.isKnown(idOrCode));
  }
}
