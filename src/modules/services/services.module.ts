import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Service } from '../../entities/services/service.entity.js';
import { Deliveries } from '../realtime/fan-out/deliveries.service.js';
import { ConnectionDirectory } from '../realtime/fan-out/connection-directory.js';
import { RevocationSelectors } from '../realtime/access/revocation-selectors.js';
import { GuestPlaces } from './sessions/guest-places.service.js';
import { HostGrace } from './sessions/host-grace.service.js';
import { PublicCodes } from './directory/public-codes.service.js';
import { ServiceAdmin } from './admin/service-admin.service.js';
import { ServiceAdmission } from './admission/service-admission.service.js';
import { ServiceComparison } from './admission/service-comparison.service.js';
import { ServiceCredentials } from './admission/service-credentials.service.js';
import { ServiceDirectory } from './directory/service-directory.service.js';
import { ServiceHosts } from './sessions/service-hosts.service.js';
import { ServiceLosses } from './sessions/service-losses.service.js';
import { ServicePeers } from './sessions/service-peers.service.js';
import { ServiceRelay } from './sessions/service-relay.service.js';
import { placesOf } from './service-connection.js';
import { ServiceSessions } from './sessions/service-sessions.service.js';
import { ServicesController } from './admin/services.controller.js';
import { ServicesRepository } from './directory/services.repository.js';

/** Services, the exhibition relay's tenants: domain and REST. Their sockets are in `gateways/services`. */
@Module({
  imports: [TypeOrmModule.forFeature([Service])],
  controllers: [ServicesController],
  providers: [
    ServicesRepository,
    ServiceCredentials,
    ServiceDirectory,
    ServicePeers,
    PublicCodes,
    GuestPlaces,
    ServiceSessions,
    HostGrace,
    ServiceLosses,
    ServiceHosts,
    ServiceAdmission,
    ServiceComparison,
    ServiceRelay,
    ServiceAdmin,
  ],
  exports: [ServiceAdmission, ServiceRelay],
})
export class ServicesModule {
  constructor(
    directory: ConnectionDirectory,
    selectors: RevocationSelectors,
    services: ServicesRepository,
    codes: PublicCodes,
    deliveries: Deliveries,
  ) {
    deliveries.know(
      'service',
      'services',
      async (ids) => new Map((await services.byIds(ids)).map(({ id, title }) => [id, { label: title }])),
    );
    directory.describe('services', placesOf);
    selectors.know('service', async (id) => (await services.find(Number(id))) !== undefined);
    selectors.know('guestCode', async (code) => (await codes.find(code)) !== undefined);
  }
}
