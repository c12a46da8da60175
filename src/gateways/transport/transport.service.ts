import { Injectable, Logger, type BeforeApplicationShutdown } from '@nestjs/common';
import { type IncomingMessage } from 'node:http';
import { type Duplex } from 'node:stream';
import { type Socket } from 'socket.io';
import { type Server, WebSocketServer } from 'ws';
import { HeldBytes } from '../../common/http/policy/held-bytes.js';
import { AppConfig } from '../../config/app-config.js';
import { Lifecycle } from '../../modules/health/lifecycle.js';
import { ConnectionDirectory, endOf } from '../../modules/realtime/fan-out/connection-directory.js';
import { Hub } from '../../modules/realtime/fan-out/hub.js';
import { DISCONNECT } from '../../modules/realtime/disconnect-reason.js';
import { NodeIdentity } from '../../modules/realtime/node-identity.js';
import { SocketMetrics } from '../../modules/observability/socket-metrics.js';
import { RevocationList } from '../../modules/realtime/access/revocation-list.js';
import { AdmissionDeadlines, type Expected } from './plain/admission-deadlines.js';
import { ConnectionRegistry } from './dispatch/connection-registry.js';
import { type GatewayDispatch } from './plain/gateway-dispatch.js';
import { endWithClient } from './flow/end-with-client.js';
import { Heartbeat } from './plain/heartbeat.js';
import { LoopTurns } from './flow/loop-turns.js';
import { loadSendMany } from './flow/native-send.js';
import { WriterHost } from './flow/outbound-writer.js';
import { type SendMany } from './flow/turn-sender.js';
import { pacedDrain } from './flow/paced-drain.js';
import { PathPattern } from './plain/path-pattern.js';
import { type PlainEndpoint } from './plain/plain-endpoint.js';
import { type PlainHost } from './plain/plain-host.js';
import { PlainConnection } from './plain/plain.connection.js';
import { PlainSocket } from './plain/plain-socket.js';
import { SocketIoServer } from './socket-io/socket-io.server.js';
import { ADMISSION_FRAME_BYTES, type PlainGatewayOptions } from './plain/plain-options.js';

const HEARTBEAT_SLOTS = 25;

/** A request to become a WebSocket, as Node hands it over. */
export interface Upgrade {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** The plain WebSocket side of the port: its gateways, its connections, and what they share. */
@Injectable()
export class TransportService implements PlainHost, BeforeApplicationShutdown {
  readonly node: string;
  readonly turns: LoopTurns;
  readonly writers: WriterHost;
  readonly limits;
  readonly held = new HeldBytes();
  readonly connections = new ConnectionRegistry<PlainConnection>(HEARTBEAT_SLOTS);
  readonly endpoints: PlainEndpoint[] = [];
  private readonly logger = new Logger(TransportService.name);
  private readonly heartbeat: Heartbeat;
  private readonly sockets: Server<typeof PlainSocket>;
  private connectionCount = 0;
  private isEnding = false;
  private io: SocketIoServer | undefined;

  constructor(
    private readonly config: AppConfig,
    readonly hub: Hub,
    private readonly metrics: SocketMetrics,
    readonly revocations: RevocationList,
    private readonly directory: ConnectionDirectory,
    private readonly lifecycle: Lifecycle,
    private readonly deadlines: AdmissionDeadlines,
    identity: NodeIdentity,
  ) {
    this.node = identity.name;
    this.turns = new LoopTurns((ms) => {
      metrics.recordDelivery(ms);
    });
    lifecycle.onDrain((undone) => this.drain(undone));
    directory.register(this.connections);
    const { limits } = config;
    this.writers = new WriterHost(this.turns, limits.outboundBytes, this.nativeSend());
    hub.collectBy(this.turns);
    this.limits = {
      inbound: { rate: limits.inboundRate, burst: limits.inboundBurst, hardRate: limits.inboundHardRate },
    };
    this.heartbeat = new Heartbeat(this.connections, (limits.heartbeatSeconds * 1_000) / HEARTBEAT_SLOTS);
    this.sockets = new WebSocketServer({
      WebSocket: PlainSocket,
      noServer: true,
      clientTracking: false,
      perMessageDeflate: false,
      maxPayload: limits.maxFrameBytes,
      handleProtocols: selectSubprotocol,
    });
    metrics.registerQueues({
      inboundQueued: () => this.sum((connection) => connection.queuedMessages),
      queueBytes: () => this.sum((connection) => connection.queuedBytes),
    });
  }

  private nativeSend(): SendMany | null {
    if (!this.config.nativeSend) return null;
    const sendMany = loadSendMany();
    if (typeof sendMany === 'function') {
      this.metrics.nativeSend = true;
      return sendMany;
    }
    this.logger.log(`There is no native sender (${sendMany.message}); writing to each socket separately`);
    return null;
  }

  /** The Socket.IO side, created with the first gateway that needs it. */
  socketIo(addressOf: (socket: Socket) => string): SocketIoServer {
    if (this.io === undefined) {
      this.io = new SocketIoServer(this, this.hub, this.metrics, this.directory, addressOf);
      this.directory.register(this.io.connections);
    }
    return this.io;
  }

  /** Adds a gateway to the port. */
  register(options: PlainGatewayOptions, dispatch: GatewayDispatch): void {
    const traffic = this.metrics.of(options.protocol);
    const endpoint: PlainEndpoint = {
      host: this,
      options,
      pattern: new PathPattern(options.path),
      dispatch,
      traffic,
      maxFrameBytes: this.config.limits.maxFrameBytes,
      admissionFrameBytes: Math.min(
        options.admissionFrameBytes ?? ADMISSION_FRAME_BYTES,
        this.config.limits.maxFrameBytes,
      ),
      left: (connection, code) => {
        traffic.connections--;
        const { closeReason } = connection;
        this.metrics.recordClose(options.protocol, closeReason?.code ?? code);
        this.directory.ended(connection, endOf(closeReason, { code, reason: null }));
        this.forget(connection);
      },
    };
    this.endpoints.push(endpoint);
    const { otherPath } = options;
    if (otherPath !== undefined) this.endpoints.push({ ...endpoint, pattern: new PathPattern(otherPath) });
    this.heartbeat.start();
  }

  get draining(): boolean {
    return this.isEnding || this.lifecycle.state === 'draining';
  }

  refused(status: number): void {
    this.metrics.recordRefusal(status);
  }

  nextSerial(): number {
    return ++this.connectionCount;
  }

  newConnection(endpoint: PlainEndpoint, address: string, userAgent: string | null): PlainConnection {
    return new PlainConnection(this.nextSerial(), endpoint, address, userAgent);
  }

  /**
   * Accepts the upgrade: writes the 101, then lets the gateway greet, then lets messages in.
   * @returns false when the handshake turned out to be malformed, and has been answered
   */
  accept(connection: PlainConnection, endpoint: PlainEndpoint, upgrade: Upgrade): boolean {
    let accepted = false;
    const { request, socket, head } = upgrade;
    endWithClient(socket);
    // What is said at once leaves with the 101.
    socket.cork();
    this.sockets.handleUpgrade(request, socket, head, (ws: PlainSocket) => {
      accepted = true;
      endpoint.traffic.connections++;
      this.connections.add(connection);
      if (connection.principal === null) this.expectAdmission(connection, endpoint.options.admissionFactor ?? 1);
      connection.attach(ws, socket);
      void this.greet(connection, endpoint);
      connection.flush();
    });
    socket.uncork();
    return accepted;
  }

  expectAdmission(connection: Expected, factor: number): void {
    this.deadlines.expect(connection, factor);
  }

  /** Removes every trace of a connection. */
  forget(connection: PlainConnection): void {
    this.connections.remove(connection);
    this.deadlines.forget(connection);
    this.hub.detach(connection);
  }

  private greet(connection: PlainConnection, endpoint: PlainEndpoint): void | Promise<void> {
    const greeted = endpoint.dispatch.connected(connection);
    if (greeted === undefined) {
      connection.openInbound();
      return;
    }
    return greeted.then(() => {
      connection.openInbound();
    });
  }

  /** Tells every socket to go, paced over the drain time, and waits until all have gone or the time is up. */
  private async drain(undone: AbortSignal): Promise<void> {
    const durationMs = this.config.http.drainSeconds * 1_000;
    this.logger.log(
      `draining ${this.connections.size} plain and ${this.io?.connections.size ?? 0} Socket.IO connections`,
    );
    await Promise.all([
      pacedDrain(this.connections, durationMs, DISCONNECT.goingAway, undone),
      this.io?.drain(durationMs, undone),
    ]);
  }

  /** Runs before the HTTP server closes, which would wait for open sockets. */
  beforeApplicationShutdown(): void {
    // A client accepted now would hold up the end until its heartbeat fails.
    this.isEnding = true;
    this.heartbeat.stop();
    this.deadlines.stop();
    for (const connection of [...this.connections]) connection.terminate();
    this.io?.terminate();
  }

  private sum(value: (connection: PlainConnection) => number): number {
    let sum = 0;
    for (const connection of this.connections) sum += value(connection);
    return sum;
  }
}

/** Clients put credentials among the subprotocols (`bearer.<token>`); those are never echoed. */
function selectSubprotocol(offered: ReadonlySet<string>): string | false {
  if (offered.has('switchboard.v1')) return 'switchboard.v1';
  for (const name of offered) if (!name.startsWith('bearer.')) return name;
  return false;
}
