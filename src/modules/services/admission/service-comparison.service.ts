import { Injectable } from '@nestjs/common';
import { type Connection } from '../../realtime/connection.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { Reconciliation } from '../../realtime/resilience/reconciliation.js';
import { principalOf, tokenOf } from '../service-connection.js';
import { KICKED } from '../sessions/service-sessions.service.js';
import { kicked, settingsChanged } from '../services.events.js';
import { ServicesRepository } from '../directory/services.repository.js';

/** Finds connections whose service was deleted or changed, or whose token was rotated. */
@Injectable()
export class ServiceComparison {
  constructor(
    private readonly repository: ServicesRepository,
    private readonly hub: Hub,
    reconciliation: Reconciliation,
  ) {
    reconciliation.register('services', (connections) => this.compare(connections));
  }

  /**
   * Needs one statement. Works without the shared state: the other nodes are told of those who leave once it is back.
   */
  private async compare(connections: readonly Connection[]): Promise<void> {
    const ids = new Set(connections.flatMap((connection) => principalOf(connection)?.settings.id ?? []));
    const services = await this.repository.settings([...ids]);
    // Guests before their hosts, so that they, too, hear why.
    for (const isHost of [false, true]) {
      for (const connection of connections) {
        const principal = principalOf(connection);
        if (principal === null || (principal.kind === 'host') !== isHost) continue;
        const { settings, kind, token } = principal;
        const now = services.get(settings.id);
        if (now === undefined || tokenOf(now, kind) !== token) {
          // Without a grace period, since this host cannot come back.
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
