import { Injectable } from '@nestjs/common';
import { type Connection, type Protocol } from '../connection.js';
import { type ConnectionFilter, type ConnectionPlaces, matcherOf } from '../connection-filter.js';
import { type DisconnectReason } from '../disconnect-reason.js';

/** A connection as its transport keeps it, with the details shown to admins. */
export interface LiveConnection extends Connection {
  /** Ascending in order of arrival, unique on this node. */
  readonly serial: number;
  /** The client's address, resolved through trusted proxies. */
  readonly address: string;
  /** `websocket`, `polling` or `sse`. */
  readonly transport: string;
  /** The client's User-Agent header. */
  readonly userAgent: string | null;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  /** When it was admitted, in milliseconds since the epoch; `null` until then. */
  readonly admittedAt: number | null;
  /** When it last received or sent a message, in milliseconds since the epoch. */
  readonly lastActiveAt: number;
  /** Messages received and sent so far, not counting control frames. */
  readonly messagesIn: number;
  readonly messagesOut: number;
  /** Payload bytes received and bytes written. */
  readonly bytesIn: number;
  readonly bytesOut: number;
  /** Bytes waiting in the outbound queue. */
  readonly queuedBytes: number;
  /** Closes it with its protocol's way of saying that access was revoked. */
  revoke(): void;
}

/** How a connection ended. */
export interface ConnectionEnd {
  readonly endedBy: 'server' | 'client';
  /** Close code; `null` where the transport has none. */
  readonly code: number | null;
  /** The server's reason, or the transport's own word for the end; `null` when there is none. */
  readonly reason: string | null;
}

/** @param closing the server's reason for closing; `null` when the client ended it */
export function endOf(closing: DisconnectReason | null, otherwise: Omit<ConnectionEnd, 'endedBy'>): ConnectionEnd {
  if (closing === null) return { endedBy: 'client', ...otherwise };
  return { endedBy: 'server', code: closing.code, reason: closing.text || null };
}

type EndListener = (connection: LiveConnection, end: ConnectionEnd) => void;

/** All connections of this node, over all transports. For admin views, never on a message's path. */
@Injectable()
export class ConnectionDirectory {
  private readonly sources: Iterable<LiveConnection>[] = [];
  private readonly descriptions = new Map<Protocol, (connection: Connection) => ConnectionPlaces>();
  private readonly endListeners: EndListener[] = [];

  /** Adds a transport's own registry, which is read on demand. */
  register(source: Iterable<LiveConnection>): void {
    this.sources.push(source);
  }

  /** Registers `describe`, which says what admitted connections of `protocol` belong to. */
  describe(protocol: Protocol, describe: (connection: Connection) => ConnectionPlaces): void {
    this.descriptions.set(protocol, describe);
  }

  placesOf(connection: Connection): ConnectionPlaces {
    return connection.principal === null ? {} : (this.descriptions.get(connection.protocol)?.(connection) ?? {});
  }

  /** `listener` hears of each connection that ends, while its subscriptions are still in place. Must not throw. */
  onEnd(listener: EndListener): void {
    this.endListeners.push(listener);
  }

  /** Called by a transport when one of its connections has ended. */
  ended(connection: LiveConnection, end: ConnectionEnd): void {
    for (const listener of this.endListeners) listener(connection, end);
  }

  /** The matching connections, oldest first. */
  matching(filter: ConnectionFilter): LiveConnection[] {
    const isWanted = matcherOf<LiveConnection>(filter, (connection) => this.placesOf(connection));
    const found: LiveConnection[] = [];
    for (const connection of this.all()) if (isWanted(connection)) found.push(connection);
    return found.sort((a, b) => a.connectedAt - b.connectedAt || a.serial - b.serial);
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

  /** All admitted connections, by protocol. */
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

  private *all(): Generator<LiveConnection> {
    for (const source of this.sources) yield* source;
  }
}
