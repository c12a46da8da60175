import { type Protocol } from '../realtime/connection.js';
import { type ConnectionEnd, type LiveConnection } from '../realtime/fan-out/connection-directory.js';
import { type ConnectionPlaces, type Filtered } from '../realtime/connection-filter.js';

/** The state of a connection at one moment, as shown to admins. Survives structured cloning. */
export interface ConnectionSnapshot extends Filtered {
  readonly serial: number;
  readonly protocol: Protocol;
  readonly places: ConnectionPlaces;
  /** Milliseconds since the epoch. */
  readonly connectedAt: number;
  readonly admittedAt: number | null;
  readonly lastActiveAt: number;
  readonly messagesIn: number;
  readonly messagesOut: number;
  readonly bytesIn: number;
  readonly bytesOut: number;
  readonly queuedBytes: number;
  readonly channels: number;
}

/** What is remembered of a connection that has ended. */
export interface EndedConnection extends ConnectionSnapshot, ConnectionEnd {
  /** Milliseconds since the epoch. */
  readonly endedAt: number;
}

export function snapshotOf(connection: LiveConnection, places: ConnectionPlaces): ConnectionSnapshot {
  const { principal } = connection;
  return {
    serial: connection.serial,
    protocol: connection.protocol,
    transport: connection.transport,
    address: connection.address,
    userAgent: connection.userAgent,
    // Without whatever features keep on the principal.
    principal: principal && { kind: principal.kind, id: principal.id, label: principal.label },
    places,
    connectedAt: connection.connectedAt,
    admittedAt: connection.admittedAt,
    lastActiveAt: connection.lastActiveAt,
    messagesIn: connection.messagesIn,
    messagesOut: connection.messagesOut,
    bytesIn: connection.bytesIn,
    bytesOut: connection.bytesOut,
    queuedBytes: connection.queuedBytes,
    channels: connection.subscriptions?.size ?? 0,
  };
}
