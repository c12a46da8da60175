import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Iota } from '../../entities/omikron/iota.entity.js';
import { Profile } from '../../entities/omikron/profile.entity.js';
import { CallEndings } from '../calls/call-endings.service.js';
import { CallsModule } from '../calls/calls.module.js';
import { RevocationSelectors } from '../realtime/access/revocation-selectors.js';
import { LifecycleModule } from '../health/lifecycle.module.js';
import { NodesModule } from '../nodes/nodes.module.js';
import { CallAdmission } from './admission/call-admission.service.js';
import { CallInvitations } from './calls/call-invitations.service.js';
import { CallRings } from './calls/call-rings.service.js';
import { CallSecrets } from './calls/call-secrets.service.js';
import { CallGroups } from './calls/call-groups.service.js';
import { ClientAdmission } from './admission/client-admission.service.js';
import { ClientIdentity } from './admission/client-identity.service.js';
import { DirectoryComparison } from './directory/directory-comparison.service.js';
import { FindOmikron } from './directory/find-omikron.service.js';
import { IotaCredentials } from './admission/iota-credentials.service.js';
import { IotaAdmission } from './admission/iota-admission.service.js';
import { IotaDepartures } from './admission/iota-departures.service.js';
import { IotaSessions } from './sessions/iota-sessions.service.js';
import { IotasController } from './directory/iotas.controller.js';
import { KeyHashes } from './key-hashes.service.js';
import { OmikronAdmin } from './directory/omikron-admin.service.js';
import { OmikronNodes } from './sessions/omikron-nodes.service.js';
import { OmikronRelay } from './sessions/omikron-relay.service.js';
import { OmikronRepository } from './omikron.repository.js';
import { PingBook } from './states/ping-book.service.js';
import { UserStates } from './states/user-states.service.js';

/** The relay between home servers and their users' apps: domain and REST. Their sockets are in `gateways/omikron`. */
@Module({
  imports: [TypeOrmModule.forFeature([Iota, Profile]), CallsModule, LifecycleModule, NodesModule],
  controllers: [IotasController],
  providers: [
    OmikronRepository,
    KeyHashes,
    OmikronNodes,
    IotaSessions,
    UserStates,
    PingBook,
    ClientIdentity,
    IotaDepartures,
    IotaAdmission,
    IotaCredentials,
    ClientAdmission,
    CallAdmission,
    OmikronRelay,
    CallGroups,
    CallInvitations,
    CallRings,
    CallSecrets,
    OmikronAdmin,
    DirectoryComparison,
    FindOmikron,
  ],
  exports: [
    FindOmikron,
    IotaAdmission,
    IotaCredentials,
    ClientAdmission,
    CallAdmission,
    OmikronRelay,
    PingBook,
    UserStates,
    CallGroups,
    CallInvitations,
  ],
})
export class OmikronModule {
  constructor(
    selectors: RevocationSelectors,
    directory: OmikronRepository,
    sessions: IotaSessions,
    endings: CallEndings,
    calls: CallGroups,
  ) {
    endings.register('omikron', (ending) => calls.end(ending));
    // When Iotas need no token, one may be connected that is in no directory.
    selectors.know(
      'iota',
      async (id) =>
        (await directory.findIota(id.toLowerCase())) !== undefined ||
        (await sessions.seatOf(id.toLowerCase())) !== undefined,
    );
  }
}
