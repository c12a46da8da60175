import { Module } from '@nestjs/common';
import { CirclesModule } from '../../modules/circles/circles.module.js';
import { CirclesFilter } from './circles.filter.js';
import { CirclesGateway } from './circles.gateway.js';

/** The socket edge of circles; domain and REST are in `modules/circles`. */
@Module({ imports: [CirclesModule], providers: [CirclesGateway, CirclesFilter] })
export class CirclesGatewayModule {}
