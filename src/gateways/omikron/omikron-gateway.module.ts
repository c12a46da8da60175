import { Module } from '@nestjs/common';
import { OmikronModule } from '../../modules/omikron/omikron.module.js';
import { CallGateway } from './call.gateway.js';
import { ClientGateway } from './client.gateway.js';
import { Identifications } from './identifications.service.js';
import { IotaGateway } from './iota.gateway.js';
import { OmikronFilter } from './omikron.filter.js';

/** The socket edge of the Omikron; the domain and its REST are in `modules/omikron`. */
@Module({
  imports: [OmikronModule],
  providers: [IotaGateway, ClientGateway, CallGateway, Identifications, OmikronFilter],
})
export class OmikronGatewayModule {}
