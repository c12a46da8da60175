import { Module } from '@nestjs/common';
import { LifecycleModule } from '../../modules/health/lifecycle.module.js';
import { RoomsModule } from '../../modules/rooms/rooms.module.js';
import { LegacyRoomsController } from './legacy-http/legacy-rooms.controller.js';
import { RoomStreams } from './room-streams.service.js';
import { RoomStreamsController } from './room-streams.controller.js';
import { RoomsFilter } from './rooms.filter.js';
import { RoomsGateway } from './rooms.gateway.js';

/** The clients' edge of rooms: sockets, event streams, legacy HTTP. Domain and REST are in `modules/rooms`. */
@Module({
  imports: [RoomsModule, LifecycleModule],
  controllers: [RoomStreamsController, LegacyRoomsController],
  providers: [RoomsGateway, RoomsFilter, RoomStreams],
})
export class RoomsGatewayModule {}
