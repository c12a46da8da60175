import { type Duplex } from 'node:stream';
import { type SocketTraffic } from '../../../modules/observability/socket-metrics.js';
import { type Channel } from '../../../modules/realtime/channel.js';
import { type ConnectionWatcher, type Protocol } from '../../../modules/realtime/connection.js';
import { type HubEvent } from '../../../modules/realtime/hub-event.js';
import { type LiveConnection } from '../../../modules/realtime/fan-out/connection-directory.js';
import { DISCONNECT, type DisconnectReason } from '../../../modules/realtime/disconnect-reason.js';
import { type Principal } from '../../../modules/realtime/principal.js';
import { InboundQueue, type InboundSink } from '../flow/inbound-queue.js';
import { pointInTime } from '../flow/loop-turns.js';
import { OutboundWriter, type WriterOwner } from '../flow/outbound-writer.js';
import { LargeMessages } from './large-messages.js';
import { type PlainHost } from './plain-host.js';
import { ADMISSION_FRAME_BYTES, type PlainGatewayOptions } from './plain-options.js';
import { type PlainSocket, type SocketOwner } from './plain-socket.js';
import { type PlainFrame } from '../flow/text-frame.js';

/** A received frame, or the end of the connection, which waits its turn behind earlier frames. */
type Inbound = { readonly data: Buffer; readonly binary: boolean; readonly length: number } | typeof END;
const END = { length: 0 } as const;

/** Bytes a client may still send after it was told to go; the news may not have reached it yet. */
const IGNORED_BYTES = 16 * 1_048_576;
/** The least that an ignored message counts, in bytes. */
const IGNORED_MESSAGE_BYTES = 1_024;

const PING = Buffer.from([0x89, 0x00]);

/** What a connection needs from its gateway's dispatch; none of it throws or rejects. */
export interface ConnectionDispatch {
  receive(connection: PlainConnection, data: Buffer, binary: boolean): void | Promise<void>;
  disconnected(connection: PlainConnection): void | Promise<void>;
  signal(connection: PlainConnection, event: HubEvent): void;
  admissionTimeout(connection: PlainConnection): void;
}

/** What the connections of one gateway share. */
export interface ConnectionEndpoint {
  readonly host: PlainHost;
  readonly options: PlainGatewayOptions;
  readonly dispatch: ConnectionDispatch;
  readonly traffic: SocketTraffic;
  readonly maxFrameBytes: number;
  readonly admissionFrameBytes: number;
  /** The socket of `connection` has ended: with `code` by the client, unless the server closed it. */
  left(connection: PlainConnection, code: number): void;
}

/** A connection over plain WebSocket. It may exist, and be sent frames, before its socket is attached. */
export class PlainConnection implements LiveConnection, InboundSink<Inbound>, WriterOwner, SocketOwner {
  principal: Principal | null = null;
  subscriptions: Set<Channel> | null = null;
  readonly connectedAt = Date.now();
  admittedAt: number | null = null;
  watcher: ConnectionWatcher | null = null;
  messagesIn = 0;
  bytesIn = 0;
  /** Place in the registry, which maintains it. */
  registryIndex = -1;
  registrySlot = -1;
  private closing: DisconnectReason | null = null;
  private ws: PlainSocket | null = null;
  private ended = false;
  private heard = true;
  /** When a message last arrived, by the clock of the turns. */
  private receivedAt: number;
  private ignored = 0;
  private large: LargeMessages | null = null;
  private readonly inbound: InboundQueue<Inbound>;
  private readonly writer: OutboundWriter;

  constructor(
    readonly serial: number,
    private readonly endpoint: ConnectionEndpoint,
    /** The client's address, resolved through trusted proxies. */
    readonly address: string,
    readonly userAgent: string | null,
  ) {
    const { host } = endpoint;
    this.receivedAt = host.turns.now;
    this.inbound = new InboundQueue<Inbound>(host.turns, host.limits.inbound, this);
    this.writer = new OutboundWriter(host.writers, endpoint.traffic, this);
  }

  get id(): string {
    return `${this.endpoint.host.node}-${this.serial.toString(36)}`;
  }

  get transport(): string {
    return 'websocket';
  }

  get protocol(): Protocol {
    return this.endpoint.options.protocol;
  }

  get encoder(): PlainGatewayOptions['wire'] {
    return this.endpoint.options.wire;
  }

  get closed(): boolean {
    return this.closing !== null || this.ended;
  }

  /** Why the server closed it; `null` while it is open or when the client left. */
  get closeReason(): DisconnectReason | null {
    return this.closing;
  }

  get queuedBytes(): number {
    return this.writer.queuedBytes;
  }

  takes(bytes: number): boolean {
    return this.writer.takes(bytes);
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

  /** Whether a message is being handled right now. */
  get busy(): boolean {
    return this.inbound.isBusy;
  }

  /** Sets the principal; from now on the limits for strangers no longer apply. */
  admit(principal: Principal): void {
    this.principal = principal;
    this.admittedAt ??= Date.now();
    this.endLarge();
    this.ws?.bound(this.endpoint.maxFrameBytes, true);
    const { revocations } = this.endpoint.host;
    if (revocations.matches(principal.selectors, Date.now())) this.revoke();
  }

  send(frame: PlainFrame): void {
    if (this.closing === null && !this.ended) this.writer.send(frame);
  }

  signal(event: HubEvent): void {
    this.endpoint.dispatch.signal(this, event);
  }

  close(reason: DisconnectReason): void {
    if (this.closing !== null || this.ended) return;
    this.endpoint.host.hub.settle(this);
    this.closing = this.endpoint.host.draining ? DISCONNECT.goingAway : reason;
    // What was received before the server goes away is still handled; a connection told to go has no more say.
    if (this.closing !== DISCONNECT.goingAway) this.inbound.discard();
    this.ws?.dismiss(this.closing);
  }

  /** Writes what was sent in this turn now. */
  flush(): void {
    this.endpoint.host.hub.settle(this);
    this.writer.flush();
  }

  revoke(): void {
    const { reason, event } = this.endpoint.options.revoked ?? { reason: DISCONNECT.notAllowed };
    const frame = event && this.encoder.encode(event);
    if (frame) {
      this.endpoint.host.hub.settle(this);
      this.send(frame as PlainFrame);
    }
    this.close(reason);
  }

  /** Resolves when nothing waits for the client any more, or the socket has ended. Replays are paced by it. */
  whenDrained(): Promise<void> {
    this.endpoint.host.hub.settle(this);
    return this.writer.drained();
  }

  /** Ends the socket without waiting for the client. */
  terminate(): void {
    this.ws?.terminate();
  }

  /** The 101 is sent: frames sent so far leave, inbound messages wait for `openInbound`. */
  attach(ws: PlainSocket, socket: Duplex): void {
    this.ws = ws;
    ws.bind(this);
    const { maxFrameBytes, admissionFrameBytes } = this.endpoint;
    const isKnown = this.principal !== null;
    ws.bound(isKnown ? maxFrameBytes : admissionFrameBytes, isKnown);
    this.writer.attach(socket);
    if (!isKnown && admissionFrameBytes > ADMISSION_FRAME_BYTES) this.allowLarge();
    if (this.closing) ws.dismiss(this.closing);
  }

  /** The first message did not come in time. */
  admissionExpired(): void {
    this.endpoint.dispatch.admissionTimeout(this);
  }

  openInbound(): void {
    this.inbound.open();
  }

  /**
   * Called by the heartbeat. @returns false when the client has sent nothing since the last beat although it was being
   * read
   */
  beat(): boolean {
    const alive = this.heard || this.inbound.isPaused;
    this.heard = false;
    if (alive && this.ws !== null && this.closing === null) this.writer.control(PING);
    return alive;
  }

  handleInbound(message: Inbound): void | Promise<void> {
    if (message === END) return this.endpoint.dispatch.disconnected(this);
    const { data, binary } = message as Exclude<Inbound, typeof END>;
    if (this.principal !== null) return this.endpoint.dispatch.receive(this, data, binary);
    if (data.length > this.endpoint.admissionFrameBytes) {
      this.close(DISCONNECT.tooLarge);
      return;
    }
    const done = this.endpoint.dispatch.receive(this, data, binary);
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
    this.ws?.pause();
  }

  resumeInbound(): void {
    this.heard = true;
    this.ws?.resume();
  }

  ignoreInbound({ length }: Inbound): void {
    this.ignore(IGNORED_MESSAGE_BYTES + length);
  }

  onFlood(): void {
    this.close(DISCONNECT.flooding);
  }

  receive(data: Buffer, binary: boolean): void {
    const { traffic, host } = this.endpoint;
    this.heard = true;
    traffic.messagesIn++;
    traffic.bytesIn += data.length;
    this.messagesIn++;
    this.bytesIn += data.length;
    host.turns.touch();
    this.receivedAt = host.turns.now;
    this.inbound.push({ data, binary, length: data.length });
    // What follows right behind is kept, in case this message admits the client.
    if (this.principal === null && (this.inbound.isBusy || this.inbound.length > 0)) this.allowLarge();
  }

  heldBytes(): number {
    return (this.ws?.arrivedBytes ?? 0) + this.inbound.bytes;
  }

  cutOff(): void {
    this.close(DISCONNECT.tryLater);
    this.terminate();
  }

  pong(): void {
    this.heard = true;
  }

  /** The socket is gone. */
  end(code: number): void {
    if (this.ended) return;
    this.ended = true;
    this.endLarge();
    this.writer.discard();
    this.endpoint.left(this, code);
    this.inbound.finish(END);
  }

  slowConsumer(): void {
    this.writer.discard();
    this.close(DISCONNECT.slowConsumer);
  }

  /** ws refused a frame (not UTF-8, too large, against RFC 6455) and has sent the close frame. */
  refused(reason: DisconnectReason): void {
    this.closing ??= reason;
    this.inbound.discard();
    this.writer.stream?.on('data', (chunk: Buffer) => {
      this.ignore(chunk.length);
    });
  }

  private allowLarge(): void {
    const { ws } = this;
    const { stream } = this.writer;
    if (this.large !== null || this.closed || ws === null || stream === null) return;
    ws.bound(this.endpoint.maxFrameBytes, false);
    this.large = new LargeMessages(this, stream, this.endpoint.host.held);
  }

  private endLarge(): void {
    this.large?.end();
    this.large = null;
  }

  /** A message was handled. If it did not admit the client and no other can, the limits for strangers apply again. */
  private decided(): void {
    const { ws, endpoint } = this;
    const { admissionFrameBytes } = endpoint;
    if (this.principal !== null || this.large === null || ws === null) return;
    this.large.look();
    if (admissionFrameBytes > ADMISSION_FRAME_BYTES || this.inbound.length > 0) return;
    this.endLarge();
    ws.bound(admissionFrameBytes, false);
    if (ws.begunBytes <= admissionFrameBytes) return;
    this.close(DISCONNECT.tooLarge);
    // Let out what was sent to it, then stop receiving.
    setImmediate(() => {
      this.terminate();
    });
  }

  /** The closing handshake gets its time, but not for a client that keeps sending at full speed. */
  private ignore(bytes: number): void {
    this.ignored += bytes;
    if (this.ignored > IGNORED_BYTES) this.terminate();
  }
}
