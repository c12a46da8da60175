import { Injectable } from '@nestjs/common';
import { type Connection } from './connection.js';
import { type DisconnectReason } from './disconnect-reason.js';

/** A connection as the transports keep it, with what admins are shown of it. */
export interface LiveConnection extends Connection {
  /** Ascending in the order of connecting, unique on this node. */
  readonly serial: number;
  /** The client's address, behind trusted proxies too. */
  readonly address: string;
  /** `websocket` or `polling`. */
  readonly transport: string;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** Closes it the way its protocol tells a client that it is no longer wanted. */
  revoke(): void;
}

export interface ConnectionFilter {
  readonly protocol?: string | undefined;
  /** Id, label, kind, or `kind:id` of the principal. */
  readonly principal?: string | undefined;
}

/** All connections of this node over all transports: for people who look at them, never for the way of a message. */
@Injectable()
export class ConnectionDirectory {
  private readonly sources: Iterable<LiveConnection>[] = [];

  /** A transport's own registry; it is read when somebody asks. */
  register(source: Iterable<LiveConnection>): void {
    this.sources.push(source);
  }

  /** The first `take` matching connections that come after a place in the order of connecting. */
  list(filter: ConnectionFilter, isAfter: (connection: LiveConnection) => boolean, take: number): LiveConnection[] {
    const found: LiveConnection[] = [];
    for (const connection of this.all()) {
      if (isAfter(connection) && matches(connection, filter)) found.push(connection);
    }
    return found.sort((a, b) => a.connectedAt - b.connectedAt || a.serial - b.serial).slice(0, take);
  }

  find(serial: number): LiveConnection | undefined {
    for (const connection of this.all()) if (connection.serial === serial) return connection;
    return undefined;
  }

  /** Revokes every connection whose principal has one of `selectors`. @returns how many */
  revoke(selectors: ReadonlySet<string>): number {
    let count = 0;
    for (const connection of [...this.all()]) {
      if (!connection.principal?.selectors?.some((selector) => selectors.has(selector))) continue;
      connection.revoke();
      count++;
    }
    return count;
  }

  /** Closes every connection. @returns how many */
  closeAll(reason: DisconnectReason): number {
    const all = [...this.all()];
    for (const connection of all) connection.close(reason);
    return all.length;
  }

  private *all(): Generator<LiveConnection> {
    for (const source of this.sources) yield* source;
  }
}

function matches({ protocol, principal }: LiveConnection, filter: ConnectionFilter): boolean {
  if (filter.protocol !== undefined && filter.protocol !== protocol) return false;
  if (filter.principal === undefined) return true;
  if (principal === null) return false;
  const { kind, id, label } = principal;
  return [id, label, kind, `${kind}:${id}`].includes(filter.principal);
}
