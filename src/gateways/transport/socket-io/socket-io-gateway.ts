import { type GatewayMetadata } from '@nestjs/websockets';
import { type EventEncoder, type Protocol } from '../../../modules/realtime/connection.js';
import { type HubEvent } from '../../../modules/realtime/hub-event.js';
import { type SocketIoConnection } from './socket-io.connection.js';
import { type SocketIoMessage } from './socket-io.message.js';

/** Options of `@WebSocketGateway` for a protocol on Socket.IO: `@WebSocketGateway(socketIoGateway({…}))`. */
export interface SocketIoGatewayOptions {
  readonly protocol: Protocol;
  /** Encodes this protocol's events to `SocketIoFrame`s; `null` for events of the other protocols. */
  readonly wire: EventEncoder;
  /**
   * Sockets speak this protocol until another one admits them. Its gateway is told last, so that it knows whom the
   * others have admitted.
   */
  readonly strangers?: boolean;
}

/**
 * A gateway on namespace `/`, which all Socket.IO protocols share: a socket is one connection for all of them. Its
 * `@SubscribeMessage` methods are called with `(connection, firstArgument, message)`, for one message of a connection
 * at a time across all gateways. What they throw goes to the gateway's `@UseFilters` filter, which finds the message in
 * `host.getArgByIndex(2)`.
 */
export interface SocketIoGateway {
  /** Inbound messages wait until this has finished. */
  handleConnection?(connection: SocketIoConnection): void | Promise<void>;
  /** A gateway has admitted the connection (`connection.admit`); all gateways are told before `admit` returns. */
  handleAdmitted?(connection: SocketIoConnection): void | Promise<void>;
  /** Called once per connection, when it has left the hub and its last message has been handled. */
  handleDisconnect?(connection: SocketIoConnection): void | Promise<void>;
  /** A fact that a feature sent to this connection alone (`hub.signal`); every gateway gets it. */
  handleSignal?(connection: SocketIoConnection, event: HubEvent): void | Promise<void>;
  /** An event that no gateway handles; goes to the first gateway with this method. */
  handleUnknown?(connection: SocketIoConnection, message: SocketIoMessage): void | Promise<void>;
}

export const SOCKET_IO_GATEWAY = Symbol('Socket.IO gateway');

/** Extra keys of `@WebSocketGateway` reach the adapter, which recognizes our gateways by this one. */
export function socketIoGateway(options: SocketIoGatewayOptions): GatewayMetadata {
  return { [SOCKET_IO_GATEWAY]: options } as GatewayMetadata;
}
