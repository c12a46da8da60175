import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { type Connection } from '../../realtime/connection.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Reconciliation } from '../../realtime/resilience/reconciliation.js';
import { principalOf, type RoomPrincipal } from '../room-connection.js';
import { type RoomChanged } from '../rooms.events.js';
import { SeatsRepository } from './seats.repository.js';

/**
 * Ends connections whose endpoint, issuer or key was deleted, alone or with their room or application, and tells others
 * that their room has changed.
 */
@Injectable()
export class SeatComparison {
  constructor(
    private readonly seats: SeatsRepository,
    private readonly clock: Clock,
    reconciliation: Reconciliation,
  ) {
    reconciliation.register('rooms', (connections) => this.compare(connections));
  }

  /** Takes two statements. */
  private async compare(connections: readonly Connection[]): Promise<void> {
    const seated = connections.flatMap((connection) => {
      const principal = principalOf(connection);
      return principal === null ? [] : [{ connection, principal }];
    });
    const durableNow = await this.standingOf(seated.map(({ principal }) => principal));
    for (const { connection, principal } of seated) {
      const durable = durableNow(principal);
      if (durable === undefined) {
        connection.close(DISCONNECT.notAllowed);
      } else if (durable !== principal.durable) {
        const changed: RoomChanged = { type: 'rooms.changed', durable };
        connection.signal(changed);
      }
    }
  }

  /** @returns whether a principal's room keeps messages; `undefined` for principals no longer entitled to be there */
  private async standingOf(
    principals: readonly RoomPrincipal[],
  ): Promise<(principal: RoomPrincipal) => boolean | undefined> {
    const [rooms, endpoints, issuers, keys] = [
      new Set<number>(),
      new Set<number>(),
      new Set<number>(),
      new Set<number>(),
    ];
    for (const { credential, roomId } of principals) {
      if (credential.kind === 'endpoint') endpoints.add(credential.endpointId);
      else rooms.add(roomId);
      if (credential.kind === 'issuer') issuers.add(credential.issuerId);
      if (credential.kind === 'application' && credential.keyId !== null) keys.add(credential.keyId);
    }
    const standing = await this.seats.standing([...endpoints], this.clock.date());
    const holders = await this.seats.holderStanding([...rooms], [...issuers], [...keys]);
    return ({ credential, permissions, roomId }) => {
      if (credential.kind === 'endpoint') {
        const now = standing.get(credential.endpointId);
        return now?.permissions === permissions ? now.durable : undefined;
      }
      const stands =
        credential.kind === 'issuer'
          ? holders.issuers.has(credential.issuerId)
          : credential.keyId === null || holders.keys.has(credential.keyId);
      return stands ? holders.rooms.get(roomId) : undefined;
    };
  }
}
