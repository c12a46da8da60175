import { Module } from '@nestjs/common';
import { LifecycleModule } from '../../modules/health/lifecycle.module.js';
import { RoomsModule } from '../../modules/rooms/rooms.module.js';
import { RoomStreams } from './room-streams.service.js';
import { RoomStreamsController } from './room-streams.controller.js';
import { RoomsFilter } from './rooms.filter.js';
import { RoomsGateway } from './rooms.gateway.js';

/** The socket edge of rooms, event streams included; the domain and its HTTP are in `modules/rooms`. */
@Module({
  imports: [RoomsModule, LifecycleModule],
  controllers: [RoomStreamsController],
  providers: [RoomsGateway, RoomsFilter, RoomStreams],
})
export class RoomsGatewayModule {}
