import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Iota } from '../../entities/omikron/iota.entity.js';
import { Profile } from '../../entities/omikron/profile.entity.js';
import { CallsModule } from '../calls/calls.module.js';
import { RevocationSelectors } from '../realtime/revocation-selectors.js';
import { LifecycleModule } from '../health/lifecycle.module.js';
import { CallAdmission } from './call-admission.service.js';
import { CallInvitations } from './call-invitations.service.js';
import { CallSecrets } from './call-secrets.service.js';
import { Calls } from './calls.service.js';
import { ClientAdmission } from './client-admission.service.js';
import { ClientIdentity } from './client-identity.service.js';
import { DirectoryComparison } from './directory-comparison.service.js';
import { FindOmikronController } from './find-omikron.controller.js';
import { FindOmikron } from './find-omikron.service.js';
import { IotaAdmission } from './iota-admission.service.js';
import { IotaDepartures } from './iota-departures.service.js';
import { IotaSessions } from './iota-sessions.service.js';
import { IotasController } from './iotas.controller.js';
import { KeyHashes } from './key-hashes.service.js';
import { NodeAddress } from './node-address.service.js';
import { OmikronAdmin } from './omikron-admin.service.js';
import { OmikronNodes } from './omikron-nodes.service.js';
import { OmikronRelay } from './omikron-relay.service.js';
import { OmikronRepository } from './omikron.repository.js';
import { PingBook } from './ping-book.service.js';
import { StoreLocks } from './store-locks.service.js';
import { UserStates } from './user-states.service.js';

/** The relay between home servers and their users' apps: domain and REST. The sockets' edge is in `gateways/omikron`. */
@Module({
  imports: [TypeOrmModule.forFeature([Iota, Profile]), CallsModule, LifecycleModule],
  controllers: [IotasController, FindOmikronController],
  providers: [
    OmikronRepository,
    KeyHashes,
    StoreLocks,
    NodeAddress,
    OmikronNodes,
    IotaSessions,
    UserStates,
    PingBook,
    ClientIdentity,
    IotaDepartures,
    IotaAdmission,
    ClientAdmission,
    CallAdmission,
    OmikronRelay,
    Calls,
    CallInvitations,
    CallSecrets,
    OmikronAdmin,
    DirectoryComparison,
    FindOmikron,
  ],
  exports: [IotaAdmission, ClientAdmission, CallAdmission, OmikronRelay, PingBook, UserStates, Calls, CallInvitations],
})
export class OmikronModule {
  constructor(selectors: RevocationSelectors, directory: OmikronRepository, sessions: IotaSessions) {
    // Where Iotas need no token, one may be connected that is in no directory.
    selectors.know(
      'iota',
      async (id) =>
        (await directory.findIota(id.toLowerCase())) !== undefined ||
        (await sessions.seatOf(id.toLowerCase())) !== undefined,
    );
  }
}
