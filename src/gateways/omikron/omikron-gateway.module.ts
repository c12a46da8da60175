import { Module } from '@nestjs/common';
import { OmikronModule } from '../../modules/omikron/omikron.module.js';
import { CallGateway } from './call.gateway.js';
import { ClientGateway } from './client.gateway.js';
import { Identifications } from './identifications.service.js';
import { IotaGateway } from './iota.gateway.js';
import { FindOmikronController } from './omega-http/find-omikron.controller.js';
import { OmikronFilter } from './omikron.filter.js';

/** The Omikron's edge: its sockets and the Omega directory. Domain and REST are in `modules/omikron`. */
@Module({
  imports: [OmikronModule],
  controllers: [FindOmikronController],
  providers: [IotaGateway, ClientGateway, CallGateway, Identifications, OmikronFilter],
})
export class OmikronGatewayModule {}
