import { Injectable } from '@nestjs/common';
import { type Connection, type Protocol } from '../connection.js';
import { type DisconnectReason } from '../disconnect-reason.js';

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

/** What a connection may belong to. */
export const PLACES = ['application', 'room', 'service', 'session', 'circle', 'account'] as const;
export type PlaceName = (typeof PLACES)[number];

/** What a connection belongs to: of each, its id and whatever else it goes by. */
export type ConnectionPlaces = Readonly<Partial<Record<PlaceName, readonly string[]>>>;

/** Absent members do not count; of a place, anything that it goes by. */
export interface ConnectionFilter extends Readonly<Partial<Record<PlaceName | 'protocol' | 'address', string>>> {
  /** Id, label, kind, or `kind:id` of the principal. */
  readonly principal?: string;
  /** Words that all occur in what is known of it, in any case. */
  readonly q?: string;
}

/** All connections of this node over all transports: for people who look at them, never for the way of a message. */
@Injectable()
export class ConnectionDirectory {
  private readonly sources: Iterable<LiveConnection>[] = [];
  private readonly descriptions = new Map<Protocol, (connection: Connection) => ConnectionPlaces>();

  /** A transport's own registry; it is read when somebody asks. */
  register(source: Iterable<LiveConnection>): void {
    this.sources.push(source);
  }

  /** `describe` says what admitted connections of `protocol` belong to. */
  describe(protocol: Protocol, describe: (connection: Connection) => ConnectionPlaces): void {
    this.descriptions.set(protocol, describe);
  }

  placesOf(connection: Connection): ConnectionPlaces {
    return connection.principal === null ? {} : (this.descriptions.get(connection.protocol)?.(connection) ?? {});
  }

  /** The first `take` matching connections that come after a place in the order of connecting. */
  list(filter: ConnectionFilter, isAfter: (connection: LiveConnection) => boolean, take: number): LiveConnection[] {
    const found: LiveConnection[] = [];
    for (const connection of this.all()) {
      if (isAfter(connection) && this.matches(connection, filter)) found.push(connection);
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

  /** Whoever is admitted, by protocol. */
  admitted(): Map<Protocol, LiveConnection[]> {
    const admitted = new Map<Protocol, LiveConnection[]>();
    for (const connection of this.all()) {
      if (connection.principal === null || connection.closed) continue;
      const alike = admitted.get(connection.protocol);
      if (alike === undefined) admitted.set(connection.protocol, [connection]);
      else alike.push(connection);
    }
    return admitted;
  }

  /** Closes every connection. @returns how many */
  closeAll(reason: DisconnectReason): number {
    const all = [...this.all()];
    for (const connection of all) connection.close(reason);
    return all.length;
  }

  private matches(
    connection: LiveConnection,
    { protocol, address, principal, q, ...places }: ConnectionFilter,
  ): boolean {
    if (protocol !== undefined && protocol !== connection.protocol) return false;
    if (address !== undefined && address !== connection.address) return false;
    if (principal !== undefined && !namesOf(connection).includes(principal)) return false;
    const wanted = PLACES.filter((name) => places[name] !== undefined);
    if (wanted.length === 0 && q === undefined) return true;
    const known = this.placesOf(connection);
    if (!wanted.every((name) => known[name]?.includes(places[name] ?? ''))) return false;
    if (q === undefined) return true;
    const { transport } = connection;
    const text = [connection.protocol, transport, connection.address, ...namesOf(connection), ...Object.values(known)]
      .flat()
      .join('\n')
      .toLowerCase();
    return q
      .toLowerCase()
      .split(/\s+/)
      .every((word) => text.includes(word));
  }

  private *all(): Generator<LiveConnection> {
    for (const source of this.sources) yield* source;
  }
}

function namesOf({ principal }: Connection): string[] {
  if (principal === null) return [];
  const { kind, id, label } = principal;
  return [id, label, kind, `${kind}:${id}`];
}
