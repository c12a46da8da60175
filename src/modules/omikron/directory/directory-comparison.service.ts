import { Injectable } from '@nestjs/common';
import { type Connection } from '../../realtime/connection.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Reconciliation } from '../../realtime/resilience/reconciliation.js';
import { type IotaPrincipal, type OmikronPrincipal } from '../omikron-connection.js';
import { type IotaSignal } from '../omikron.events.js';
import { OmikronRepository } from '../omikron.repository.js';

/** Finds connections whose Iota or profile was deleted, or whose token was rotated. */
@Injectable()
export class DirectoryComparison {
  constructor(
    private readonly repository: OmikronRepository,
    reconciliation: Reconciliation,
  ) {
    reconciliation.register('omikron', (connections) => this.compare(connections));
  }

  /** Needs two statements. */
  private async compare(connections: readonly Connection[]): Promise<void> {
    const iotas = new Set<string>();
    const users = new Set<string>();
    for (const connection of connections) {
      const principal = principalOf(connection);
      if (principal?.kind === 'iota') {
        iotas.add(principal.id);
        for (const user of principal.accepted.keys()) users.add(user);
      } else if (principal !== null) {
        users.add(principal.id);
      }
    }
    const digests = await this.repository.tokenDigests([...iotas]);
    const homes = await this.repository.homes([...users]);
    // People first: they must be told that they are no longer known, not that their Iota has gone.
    for (const connection of connections) {
      const principal = principalOf(connection);
      if (principal !== null && principal.kind !== 'iota' && !homes.has(principal.id)) {
        connection.close(DISCONNECT.notAllowed);
      }
    }
    for (const connection of connections) {
      const principal = principalOf(connection);
      if (principal?.kind === 'iota') compareIota(connection, principal, digests.get(principal.id), homes);
    }
  }
}

function compareIota(
  connection: Connection,
  { id, registered, accepted }: IotaPrincipal,
  digest: string | undefined,
  homes: ReadonlyMap<string, string>,
): void {
  if (digest === undefined) {
    if (registered) connection.close(DISCONNECT.notAllowed);
    return;
  }
  signal(connection, { type: 'omikron.token-changed', digest });
  for (const user of [...accepted.keys()]) {
    if (homes.get(user) !== id) signal(connection, { type: 'omikron.profile-removed', user });
  }
}

function signal(connection: Connection, event: IotaSignal): void {
  connection.signal(event);
}

const principalOf = (connection: Connection): OmikronPrincipal | null =>
  connection.principal as OmikronPrincipal | null;
