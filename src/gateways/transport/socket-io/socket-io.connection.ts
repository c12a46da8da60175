import { type Socket } from 'socket.io';
import { userAgentOf } from '../../../common/text/user-agent.js';
import { type SocketTraffic } from '../../../modules/observability/socket-metrics.js';
import { type Channel } from '../../../modules/realtime/channel.js';
import { type ConnectionWatcher, type EventEncoder, type Protocol } from '../../../modules/realtime/connection.js';
import { type HubEvent } from '../../../modules/realtime/hub-event.js';
import { type LiveConnection } from '../../../modules/realtime/fan-out/connection-directory.js';
import { DISCONNECT, type DisconnectReason } from '../../../modules/realtime/disconnect-reason.js';
import { type Principal } from '../../../modules/realtime/principal.js';
import { EngineSession } from './engine-session.js';
import { directStream } from './engine-socket.js';
import { InboundQueue, type InboundSink } from '../flow/inbound-queue.js';
import { pointInTime } from '../flow/loop-turns.js';
import { OutboundWriter, type WriterOwner } from '../flow/outbound-writer.js';
import { untilDrained } from '../flow/until-drained.js';
import { type SocketIoFrame } from './socket-io.frame.js';
import { SocketIoMessage } from './socket-io.message.js';
import { type EventArguments } from './socket-io.parser.js';
import { type PlainHost } from '../plain/plain-host.js';
import { ADMISSION_FRAME_BYTES } from '../plain/plain-options.js';

/** What all Socket.IO connections of one server share. */
export interface SocketIoHost {
  readonly plain: PlainHost;
  readonly encoder: EventEncoder;
  trafficOf(protocol: Protocol): SocketTraffic;
  receive(connection: SocketIoConnection, message: SocketIoMessage): void | Promise<void>;
  signal(connection: SocketIoConnection, event: HubEvent): void;
  admitted(connection: SocketIoConnection): void;
  disconnected(connection: SocketIoConnection): void | Promise<void>;
  left(connection: SocketIoConnection, reason: string): void;
}

type Inbound = SocketIoMessage | typeof END;
const END = { length: 0 } as const;

/** People sign in after their client has connected, so strangers get this multiple of `ADMISSION_SECONDS`. */
const STRANGER_FACTOR = 10;

/**
 * A Socket.IO socket of any client generation. On an open WebSocket, frames are written as on plain sockets; while
 * polling or changing transports, Engine.IO carries them. The order is the same either way.
 */
export class SocketIoConnection implements LiveConnection, InboundSink<Inbound>, WriterOwner {
  principal: Principal | null = null;
  protocol: Protocol;
  subscriptions: Set<Channel> | null = null;
  registryIndex = -1;
  registrySlot = -1;
  readonly connectedAt = Date.now();
  admittedAt: number | null = null;
  watcher: ConnectionWatcher | null = null;
  messagesIn = 0;
  bytesIn = 0;
  /** The gateways' own state, by key. */
  readonly attributes = new Map<symbol, unknown>();
  /** While not admitted, its packets must be small. */
  isStranger = true;
  private closing: DisconnectReason | null = null;
  private ended = false;
  /** Frames held back until the client has been told that it is connected; `null` afterwards. */
  private early: SocketIoFrame[] | null = [];
  private earlyBytes = 0;
  /** When a message last arrived, by the clock of the turns. */
  private receivedAt: number;
  private readonly inbound: InboundQueue<Inbound>;
  private readonly writer: OutboundWriter;
  private readonly session: EngineSession;

  constructor(
    readonly serial: number,
    private readonly socket: Socket,
    private readonly host: SocketIoHost,
    /** The client's address, resolved through trusted proxies. */
    readonly address: string,
    protocol: Protocol,
  ) {
    this.protocol = protocol;
    this.receivedAt = host.plain.turns.now;
    const traffic = host.trafficOf(protocol);
    traffic.connections++;
    this.inbound = new InboundQueue<Inbound>(host.plain.turns, host.plain.limits.inbound, this);
    this.writer = new OutboundWriter(host.plain.writers, traffic, this);
    this.session = EngineSession.of(socket.conn);
    this.session.owner = this;
  }

  /** The Socket.IO id, by which clients know each other. */
  get id(): string {
    return this.socket.id;
  }

  get encoder(): EventEncoder {
    return this.host.encoder;
  }

  get closed(): boolean {
    return this.closing !== null || this.ended;
  }

  get closeReason(): DisconnectReason | null {
    return this.closing;
  }

  get transport(): string {
    return this.socket.conn.transport.name;
  }

  /** The `auth` object (since 3.x) and the query of the handshake. */
  get handshake(): {
    readonly auth: Readonly<Record<string, unknown>>;
    readonly query: Readonly<Record<string, unknown>>;
  } {
    return this.socket.handshake;
  }

  get queuedBytes(): number {
    return this.earlyBytes + this.writer.queuedBytes + this.session.waitingBytes;
  }

  takes(bytes: number): boolean {
    return this.writer.takes(bytes, this.queuedBytes);
  }

  get queuedMessages(): number {
    return this.inbound.length;
  }

  get messagesOut(): number {
    return this.writer.messagesOut;
  }

  get bytesOut(): number {
    return this.writer.bytesOut;
  }

  get lastActiveAt(): number {
    return Math.max(this.connectedAt, pointInTime(Math.max(this.receivedAt, this.writer.writtenAt)));
  }

  get userAgent(): string | null {
    return userAgentOf(this.socket.handshake.headers['user-agent']);
  }

  get busy(): boolean {
    return this.inbound.isBusy;
  }

  /** Resolves when nothing is waiting for the client or the socket has ended. */
  async whenDrained(): Promise<void> {
    this.writer.flush();
    // No stream to wait for: Engine.IO does not report when a polling client has fetched what waited.
    await untilDrained(() => this.closed || this.queuedBytes === 0);
  }

  /** Makes it a stranger with nothing to do here: unless admitted in time it is closed, and may come back. */
  expectAdmission(): void {
    this.host.plain.expectAdmission(this, STRANGER_FACTOR);
  }

  admissionExpired(): void {
    this.close(DISCONNECT.tryLater);
  }

  /** Lifts the limits for strangers. */
  known(): void {
    this.isStranger = false;
    this.session.known();
  }

  /** Sets the principal, and with it the protocol spoken from now on. Every gateway is told. */
  admit(principal: Principal, protocol: Protocol): void {
    this.principal = principal;
    this.known();
    this.admittedAt ??= Date.now();
    const { revocations } = this.host.plain;
    if (revocations.matches(principal.selectors, Date.now())) this.revoke();
    if (protocol !== this.protocol) {
      this.writer.traffic.connections--;
      this.protocol = protocol;
      this.writer.traffic = this.host.trafficOf(protocol);
      this.writer.traffic.connections++;
    }
    this.host.admitted(this);
  }

  send(frame: SocketIoFrame): void {
    if (this.closing !== null || this.ended) return;
    if (this.early !== null) {
      this.early.push(frame);
      this.earlyBytes += frame.length;
      if (this.earlyBytes > this.host.plain.writers.limitBytes) this.slowConsumer();
      return;
    }
    const { conn } = this.socket;
    const stream = directStream(conn);
    if (stream !== null) {
      this.writer.attachTo(stream);
      this.writer.send(frame.plain);
      return;
    }
    this.writer.flush();
    this.writer.count(1, frame.length);
    // Engine.IO's own write, for a message packet with this text.
    conn.write(frame.packet, { compress: false });
  }

  /** Closes it so that the client does not come back. */
  revoke(): void {
    this.close(DISCONNECT.notAllowed);
  }

  signal(event: HubEvent): void {
    this.host.signal(this, event);
  }

  /** Clients reconnect by themselves when the transport closes, but not after a server disconnect. */
  close(reason: DisconnectReason): void {
    if (this.closing !== null || this.ended) return;
    this.closing = this.host.plain.draining ? DISCONNECT.goingAway : reason;
    if (this.closing !== DISCONNECT.goingAway) this.inbound.discard();
    this.writer.flush();
    if (this.closing.retry) this.socket.conn.close();
    else if (this.early === null) this.socket.disconnect(true);
  }

  terminate(): void {
    this.socket.conn.close(true);
  }

  /** Writes what was sent in this turn now. */
  flush(): void {
    this.writer.flush();
  }

  receive(data: EventArguments): void {
    const { turns } = this.host.plain;
    const { traffic } = this.writer;
    turns.touch();
    this.receivedAt = turns.now;
    const message = new SocketIoMessage(this, data);
    if (this.isStranger && !message.hasAttachments) this.session.passedOn();
    traffic.messagesIn++;
    traffic.bytesIn += message.length;
    this.messagesIn++;
    this.bytesIn += message.length;
    this.inbound.push(message);
    if (this.isStranger) this.session.counted();
  }

  /** The client has been told that it is connected, or has left before. Idempotent. */
  open(): void {
    const { early } = this;
    if (early === null) return;
    this.early = null;
    this.earlyBytes = 0;
    const { closing } = this;
    this.closing = null;
    for (const frame of early) this.send(frame);
    this.inbound.open();
    if (closing !== null) this.close(closing);
  }

  handleInbound(message: Inbound): void | Promise<void> {
    if (message === END) return this.host.disconnected(this);
    const event = message as SocketIoMessage;
    if (!this.isStranger) return this.host.receive(this, event);
    if (event.largestPart > ADMISSION_FRAME_BYTES) {
      this.session.refuse();
      return;
    }
    const done = this.host.receive(this, event);
    if (done === undefined) {
      this.decided();
      return;
    }
    return done.then(() => {
      this.decided();
    });
  }

  pauseInbound(): void {
    this.watcher?.('slowed', 'it sends faster than its messages are handled');
    this.session.pause();
  }

  resumeInbound(): void {
    this.session.resume();
  }

  onFlood(): void {
    this.close(DISCONNECT.flooding);
  }

  tooLarge(): void {
    this.close(DISCONNECT.tooLarge);
  }

  get waitingInbound(): number {
    return this.inbound.bytes;
  }

  cutOff(): void {
    this.close(DISCONNECT.tryLater);
    this.terminate();
  }

  slowConsumer(): void {
    this.writer.discard();
    this.close(DISCONNECT.slowConsumer);
  }

  /** The socket is gone; `reason` is Socket.IO's. */
  end(reason: string): void {
    if (this.ended) return;
    this.ended = true;
    this.writer.discard();
    if (this.session.owner === this) this.session.left();
    this.writer.traffic.connections--;
    this.host.left(this, reason);
    this.inbound.finish(END);
  }

  private decided(): void {
    if (this.isStranger && !this.ended) this.session.decided(this.inbound.length);
  }
}
