import { type GatewayMetadata, type OnGatewayConnection, type OnGatewayDisconnect } from '@nestjs/websockets';
import { type IncomingHttpHeaders } from 'node:http';
import { type HubEvent } from '../../../modules/realtime/hub-event.js';
import { type PlainConnection } from './plain.connection.js';
import { type PlainGatewayOptions } from './plain-options.js';

/** What an upgrade request says, for admission. Not kept with the connection. */
export interface UpgradeRequest {
  /** Path parameters, decoded. */
  readonly params: Readonly<Record<string, string>>;
  readonly query: URLSearchParams;
  readonly headers: IncomingHttpHeaders;
  /** The client's address, resolved through trusted proxies. */
  readonly address: string;
}

/**
 * A gateway on plain WebSocket. Its `@SubscribeMessage` methods are called with `(connection, data)`, one message of a
 * connection at a time; what they throw goes to the gateway's `@UseFilters` filter.
 */
export interface PlainGateway extends OnGatewayConnection<PlainConnection>, OnGatewayDisconnect<PlainConnection> {
  /**
   * Called before the socket is accepted: calls `connection.admit(principal)` and subscribes it, or throws an AppError,
   * whose kind becomes the status of the refused handshake. Frames sent meanwhile wait. When it is absent or admits
   * nobody, the first message has to, within a deadline.
   */
  handleUpgrade?(connection: PlainConnection, request: UpgradeRequest): void | Promise<void>;
  /** The socket is accepted. No inbound message is handled before this has finished. */
  handleConnection(connection: PlainConnection): void | Promise<void>;
  /** Called once for every connection that was admitted or reached `handleConnection`, after it has left the hub. */
  handleDisconnect(connection: PlainConnection): void | Promise<void>;
  /** The first message did not come in time. Without this method the socket is closed with 1008. */
  handleAdmissionTimeout?(connection: PlainConnection): void;
  /** A fact that a feature sent to this connection itself (`hub.signal`). */
  handleSignal?(connection: PlainConnection, event: HubEvent): void | Promise<void>;
}

export const PLAIN_GATEWAY = Symbol('plain gateway');

/** Extra keys of `@WebSocketGateway` reach the adapter, which recognizes plain gateways by this one. */
export function plainGateway(options: PlainGatewayOptions): GatewayMetadata {
  return { path: options.path, [PLAIN_GATEWAY]: options } as GatewayMetadata;
}
