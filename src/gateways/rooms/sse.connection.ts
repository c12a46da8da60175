import { type Response } from 'express';
import { type SocketTraffic } from '../../modules/observability/socket-metrics.js';
import { type Channel } from '../../modules/realtime/channel.js';
import { type HubEvent } from '../../modules/realtime/hub-event.js';
import { type LiveConnection } from '../../modules/realtime/fan-out/connection-directory.js';
import { DISCONNECT, type DisconnectReason } from '../../modules/realtime/disconnect-reason.js';
import { type Principal } from '../../modules/realtime/principal.js';
import { untilDrained } from '../transport/flow/until-drained.js';
import { type SseFrame, sseWire } from './sse.wire.js';

/** What the streams of one server share. */
export interface SseHost {
  /** Name of this node. */
  readonly node: string;
  readonly traffic: SocketTraffic;
  /** Bytes that may wait for one slow consumer. */
  readonly limitBytes: number;
  /** Whether one of `selectors` is revoked right now. */
  isRevoked(selectors: readonly string[] | undefined): boolean;
  signalled(connection: SseConnection, event: HubEvent): void;
}

/**
 * A reader on an event stream. What is sent before the stream is open waits. There are no close codes: clients simply
 * come back.
 */
export class SseConnection implements LiveConnection {
  readonly protocol = 'rooms';
  readonly transport = 'sse';
  readonly encoder = sseWire;
  readonly connectedAt = Date.now();
  admittedAt: number | null = null;
  principal: Principal | null = null;
  subscriptions: Set<Channel> | null = null;
  closed = false;
  /** Nothing is received on an event stream. */
  readonly messagesIn = 0;
  readonly bytesIn = 0;
  messagesOut = 0;
  bytesOut = 0;
  lastActiveAt = this.connectedAt;
  private closing: DisconnectReason | null = null;
  isOpen = false;
  private pending: Buffer[] = [];
  private pendingBytes = 0;
  private scheduled = false;

  constructor(
    readonly serial: number,
    readonly address: string,
    readonly userAgent: string | null,
    private readonly response: Response,
    private readonly host: SseHost,
  ) {}

  get id(): string {
    return `${this.host.node}-${this.serial.toString(36)}`;
  }

  /** Why the server closed it; `null` while it is open or when the client left. */
  get closeReason(): DisconnectReason | null {
    return this.closing;
  }

  get queuedBytes(): number {
    return this.pendingBytes + this.response.writableLength;
  }

  admit(principal: Principal): void {
    this.principal = principal;
    this.admittedAt ??= Date.now();
    if (this.host.isRevoked(principal.selectors)) this.revoke();
  }

  open(): void {
    this.isOpen = true;
    this.flush();
  }

  send(frame: SseFrame): void {
    if (this.closed) return;
    this.pending.push(frame.bytes);
    this.pendingBytes += frame.length;
    this.host.traffic.messagesOut++;
    this.messagesOut++;
    if (this.scheduled) return;
    this.scheduled = true;
    // All events of a turn leave in one write.
    setImmediate(() => {
      this.scheduled = false;
      this.flush();
    });
  }

  close(reason: DisconnectReason): void {
    if (this.closed) return;
    if (reason !== DISCONNECT.slowConsumer) this.flush();
    this.closed = true;
    this.closing = reason;
    if (!this.isOpen) return;
    this.response.end();
    // A client that does not read would not see the end either.
    if (this.response.writableLength > 0) this.response.destroy();
  }

  terminate(): void {
    this.response.destroy();
  }

  revoke(): void {
    this.close(DISCONNECT.notAllowed);
  }

  signal(event: HubEvent): void {
    this.host.signalled(this, event);
  }

  /** Sends a comment line, so that neither clients nor proxies take the stream for dead. */
  beat(): void {
    if (this.isOpen && !this.closed && this.response.writableLength === 0) this.response.write(':\n\n');
  }

  /** Resolves when nothing waits for the client any more, or the stream has ended. */
  async whenDrained(): Promise<void> {
    this.flush();
    const { response } = this;
    await untilDrained(() => response.destroyed || this.closed || response.writableLength === 0, response);
  }

  /** The client has left. */
  end(): void {
    this.closed = true;
    this.pending = [];
    this.pendingBytes = 0;
  }

  private flush(): void {
    if (!this.isOpen || this.closed || this.pending.length === 0) return;
    const waiting = this.response.writableLength;
    if (waiting > 0 && waiting + this.pendingBytes > this.host.limitBytes) {
      this.close(DISCONNECT.slowConsumer);
      return;
    }
    const { pending, pendingBytes } = this;
    this.pending = [];
    this.pendingBytes = 0;
    this.host.traffic.bytesOut += pendingBytes;
    this.bytesOut += pendingBytes;
    this.lastActiveAt = Date.now();
    this.response.write(pending.length === 1 ? pending[0] : Buffer.concat(pending, pendingBytes));
  }
}
