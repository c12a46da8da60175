import { Module } from '@nestjs/common';
import { RoomsModule } from '../../modules/rooms/rooms.module.js';
import { RoomsFilter } from './rooms.filter.js';
import { RoomsGateway } from './rooms.gateway.js';

/** The socket edge of rooms; the domain and its HTTP are in `modules/rooms`. */
@Module({ imports: [RoomsModule], providers: [RoomsGateway, RoomsFilter] })
export class RoomsGatewayModule {}
