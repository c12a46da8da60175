import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { type Connection } from '../../realtime/connection.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Reconciliation } from '../../realtime/resilience/reconciliation.js';
import { principalOf } from '../room-connection.js';
import { type RoomChanged } from '../rooms.events.js';
import { SeatsRepository } from './seats.repository.js';

/** Endpoints that were deleted, alone or with their room or application, and rooms that were changed. */
@Injectable()
export class SeatComparison {
  constructor(
    private readonly seats: SeatsRepository,
    private readonly clock: Clock,
    reconciliation: Reconciliation,
  ) {
    reconciliation.register('rooms', (connections) => this.compare(connections));
  }

  /** One statement. */
  private async compare(connections: readonly Connection[]): Promise<void> {
    const seated = connections.flatMap((connection) => {
      const principal = principalOf(connection);
      return principal === null ? [] : [{ connection, principal }];
    });
    const ids = new Set(seated.map(({ principal }) => principal.endpointId));
    const standing = await this.seats.standing([...ids], this.clock.date());
    for (const { connection, principal } of seated) {
      const now = standing.get(principal.endpointId);
      if (now?.permissions !== principal.permissions) {
        connection.close(DISCONNECT.notAllowed);
      } else if (now.durable !== principal.durable) {
        const changed: RoomChanged = { type: 'rooms.changed', durable: now.durable };
        connection.signal(changed);
      }
    }
  }
}
