import { Module } from '@nestjs/common';
import { ServicesModule } from '../../modules/services/services.module.js';
import { ServicesFilter } from './services.filter.js';
import { ServicesGateway } from './services.gateway.js';

/** The socket edge of services; domain and REST are in `modules/services`. */
@Module({ imports: [ServicesModule], providers: [ServicesGateway, ServicesFilter] })
export class ServicesGatewayModule {}
