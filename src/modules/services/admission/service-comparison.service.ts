import { Injectable } from '@nestjs/common';
import { type Connection } from '../../realtime/connection.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { Reconciliation } from '../../realtime/resilience/reconciliation.js';
import { principalOf, tokenOf } from '../service-connection.js';
import { KICKED } from '../sessions/service-sessions.service.js';
import { kicked, settingsChanged } from '../services.events.js';
import { ServicesRepository } from '../directory/services.repository.js';

/** Services that were deleted or changed, and tokens that were rotated. */
@Injectable()
export class ServiceComparison {
  constructor(
    private readonly repository: ServicesRepository,
    private readonly hub: Hub,
    reconciliation: Reconciliation,
  ) {
    reconciliation.register('services', (connections) => this.compare(connections));
  }

  /** One statement. Works without what the nodes share: those who go from here tell the others once they can. */
  private async compare(connections: readonly Connection[]): Promise<void> {
    const ids = new Set(connections.flatMap((connection) => principalOf(connection)?.settings.id ?? []));
    const services = await this.repository.settings([...ids]);
    // Guests before their hosts, so that they hear why, too.
    for (const isHost of [false, true]) {
      for (const connection of connections) {
        const principal = principalOf(connection);
        if (principal === null || (principal.kind === 'host') !== isHost) continue;
        const { settings, kind, token } = principal;
        const now = services.get(settings.id);
        if (now === undefined || tokenOf(now, kind) !== token) {
          // A session whose host is sent away has nobody to wait for.
          principal.settings = { ...(now ?? settings), hostGraceSeconds: 0 };
          this.hub.sendTo(connection, kicked(now === undefined ? KICKED.deleted : KICKED.rotated));
          connection.close(DISCONNECT.forced);
        } else if (now.version > settings.version) {
          connection.signal(settingsChanged(now));
        }
      }
    }
  }
}
