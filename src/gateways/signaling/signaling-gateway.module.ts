import { Module } from '@nestjs/common';
import { SignalingModule } from '../../modules/signaling/signaling.module.js';
import { SignalingFilter } from './signaling.filter.js';
import { SignalingGateway } from './signaling.gateway.js';

/** The socket edge of signaling; domain and REST are in `modules/signaling`. */
@Module({ imports: [SignalingModule], providers: [SignalingGateway, SignalingFilter] })
export class SignalingGatewayModule {}
