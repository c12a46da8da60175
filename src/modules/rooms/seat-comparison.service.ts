import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock.js';
import { type Connection } from '../realtime/connection.js';
import { DISCONNECT } from '../realtime/disconnect-reason.js';
import { Reconciliation } from '../realtime/reconciliation.js';
import { principalOf, type RoomPrincipal } from './room-connection.js';
import { type RoomChanged } from './rooms.events.js';
import { SeatsRepository, type SeatStanding } from './seats.repository.js';

/** Endpoints that were deleted, alone or with their room, application or key, and rooms that were changed. */
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
      if (now === undefined || !isAsBefore(principal, now)) {
        connection.close(DISCONNECT.notAllowed);
      } else if (now.durable !== principal.durable) {
        const changed: RoomChanged = { type: 'rooms.changed', durable: now.durable };
        connection.signal(changed);
      }
    }
  }
}

/** An endpoint whose key was deleted may come in again; whoever was in has to go. */
function isAsBefore({ keyId, permissions }: RoomPrincipal, now: SeatStanding): boolean {
  return keyId === now.keyId && permissions === now.permissions;
}
