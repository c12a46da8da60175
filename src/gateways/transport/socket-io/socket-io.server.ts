import { type Server, type Socket } from 'socket.io';
import { type SocketMetrics, type SocketTraffic } from '../../../modules/observability/socket-metrics.js';
import { type EventEncoder, type Frame, type Protocol } from '../../../modules/realtime/connection.js';
import { type HubEvent } from '../../../modules/realtime/hub-event.js';
import { type ConnectionDirectory, endOf } from '../../../modules/realtime/fan-out/connection-directory.js';
import { DISCONNECT } from '../../../modules/realtime/disconnect-reason.js';
import { type Hub } from '../../../modules/realtime/fan-out/hub.js';
import { ConnectionRegistry } from '../dispatch/connection-registry.js';
import { EngineSession } from './engine-session.js';
import { endAll } from './engine-socket.js';
import { type FilterResolver, GatewayTable } from '../dispatch/gateway-table.js';
import { pacedDrain } from '../flow/paced-drain.js';
import { type PlainHost } from '../plain/plain-host.js';
import { SocketIoConnection, type SocketIoHost } from './socket-io.connection.js';
import { type SocketIoGateway, type SocketIoGatewayOptions } from './socket-io-gateway.js';
import { type SocketIoMessage } from './socket-io.message.js';
import { type EventArguments } from './socket-io.parser.js';

interface Endpoint {
  readonly options: SocketIoGatewayOptions;
  readonly gateway: SocketIoGateway;
  readonly table: GatewayTable;
}

/** Namespace `/` of the Socket.IO server, and the gateways that share its sockets. */
export class SocketIoServer implements SocketIoHost {
  readonly connections = new ConnectionRegistry<SocketIoConnection>(1);
  private io: Server | undefined;
  private readonly endpoints: Endpoint[] = [];
  private readonly handlers = new Map<string, GatewayTable>();
  private readonly greeted = new WeakMap<Socket, SocketIoConnection>();
  readonly encoder: EventEncoder = { encode: (event) => this.encode(event) };

  constructor(
    readonly plain: PlainHost,
    private readonly hub: Hub,
    private readonly metrics: SocketMetrics,
    private readonly directory: ConnectionDirectory,
    private readonly addressOf: (socket: Socket) => string,
  ) {
    metrics.registerQueues({
      inboundQueued: () => this.sum((connection) => connection.queuedMessages),
      queueBytes: () => this.sum((connection) => connection.queuedBytes),
    });
  }

  listen(io: Server): void {
    this.io = io;
    EngineSession.boundAll(io, this.plain.turns, this.plain.writers.limitBytes, this.plain.held);
    // A client hears that it is connected only once the gateways have taken it in, so that others find it on any node.
    io.use((socket, next) => {
      const session = EngineSession.of(socket.conn);
      if (session.isJoining || socket.conn.readyState !== 'open' || this.plain.draining) {
        // Socket.IO creates a socket for every CONNECT until the first is in, and forgets those without a connection. A
        // session opened before a drain must not enter once the drain has begun.
        socket.conn.close(true);
        next();
        return;
      }
      session.isJoining = true;
      void this.greet(socket).then((connection) => {
        this.greeted.set(socket, connection);
        session.isJoining = false;
        // The gateways have read it by now. A stranger chooses its size, so do not keep it.
        socket.handshake.auth = {};
        next();
      });
    });
    io.on('connection', (socket) => {
      this.greeted.get(socket)?.open();
    });
  }

  /** Adds a gateway. @throws Error when another gateway handles a message of the same name */
  register(options: SocketIoGatewayOptions, gateway: SocketIoGateway, filters: FilterResolver): void {
    const table = new GatewayTable(gateway, filters);
    for (const event of table.events) {
      if (this.handlers.has(event)) throw new Error(`two Socket.IO gateways handle ${event}`);
      this.handlers.set(event, table);
    }
    this.endpoints.push({ options, gateway, table });
    this.endpoints.sort((a, b) => Number(a.options.strangers ?? false) - Number(b.options.strangers ?? false));
  }

  trafficOf(protocol: Protocol): SocketTraffic {
    return this.metrics.of(protocol);
  }

  receive(connection: SocketIoConnection, message: SocketIoMessage): void | Promise<void> {
    const table = this.handlers.get(message.event);
    if (table !== undefined) return table.invoke(message.event, connection, message.args[0], message);
    for (const { gateway, table: own } of this.endpoints) {
      if (gateway.handleUnknown) return own.guarded(connection, () => gateway.handleUnknown?.(connection, message));
    }
  }

  signal(connection: SocketIoConnection, event: HubEvent): void {
    for (const { gateway, table } of this.endpoints) {
      if (gateway.handleSignal) void table.guarded(connection, () => gateway.handleSignal?.(connection, event));
    }
  }

  admitted(connection: SocketIoConnection): void {
    for (const { gateway, table } of this.endpoints) {
      if (gateway.handleAdmitted) void table.guarded(connection, () => gateway.handleAdmitted?.(connection));
    }
  }

  async disconnected(connection: SocketIoConnection): Promise<void> {
    for (const { gateway, table } of this.endpoints) {
      await table.guarded(connection, () => gateway.handleDisconnect?.(connection));
    }
  }

  left(connection: SocketIoConnection, reason: string): void {
    const { closeReason } = connection;
    this.metrics.recordClose(connection.protocol, closeReason?.code.toString() ?? reason.replaceAll(' ', '_'));
    this.directory.ended(connection, endOf(closeReason, { code: null, reason }));
    this.connections.remove(connection);
    this.hub.detach(connection);
  }

  /** Closes all connections, paced over `durationMs`, so that clients reconnect by themselves. */
  async drain(durationMs: number, undone: AbortSignal): Promise<void> {
    await pacedDrain(this.connections, durationMs, DISCONNECT.goingAway, undone);
  }

  terminate(): void {
    if (this.io) endAll(this.io);
  }

  private async greet(socket: Socket): Promise<SocketIoConnection> {
    // The last endpoint takes strangers.
    const endpoint = this.endpoints.at(-1);
    if (endpoint === undefined) throw new Error('no Socket.IO gateway is registered');
    const { protocol } = endpoint.options;
    const connection = new SocketIoConnection(this.plain.nextSerial(), socket, this, this.addressOf(socket), protocol);
    this.connections.add(connection);
    // Never calls on: the arguments go to our queue, not to Node's emitter, where an event named `error` would throw.
    socket.use((data) => {
      connection.receive(data as EventArguments);
    });
    // Deferred, because the caller may be iterating over connections.
    const end = (reason: string): void => {
      process.nextTick(() => {
        connection.end(reason);
      });
    };
    socket.on('disconnect', end);
    // Socket.IO does not report clients that leave before they are connected.
    socket.conn.once('close', (reason: string) => {
      if (socket.connected) return;
      end(reason);
      void greeted.then(() => {
        connection.open();
      });
    });
    const greeted = this.takeIn(connection);
    await greeted;
    return connection;
  }

  private async takeIn(connection: SocketIoConnection): Promise<void> {
    for (const { gateway, table } of this.endpoints) {
      const greeted = table.guarded(connection, () => gateway.handleConnection?.(connection));
      if (greeted !== undefined) await greeted;
    }
  }

  private encode(event: HubEvent): Frame | null {
    for (const { options } of this.endpoints) {
      const frame = options.wire.encode(event);
      if (frame !== null) return frame;
    }
    return null;
  }

  private sum(value: (connection: SocketIoConnection) => number): number {
    let sum = 0;
    for (const connection of this.connections) sum += value(connection);
    return sum;
  }
}
