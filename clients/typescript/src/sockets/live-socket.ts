import { fullJitter, wait } from '../backoff.js';
import { Emitter } from '../emitter.js';
import { webSocketClass } from '#web-socket';
import { type Verdict, verdictOf } from './close-codes.js';

export interface SocketOptions {
  /** `https://switchboard.example.org` */
  readonly url: string;
  /** Bound of the first wait before a reconnect in milliseconds, default 500; it doubles with each failure. */
  readonly firstMs?: number;
  /** Longest wait, default 30,000. */
  readonly longestMs?: number;
  /** Failed attempts in a row after which it stops, default none: it tries for as long as it is wanted. */
  readonly giveUpAfter?: number;
}

export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

export interface SocketEvents {
  /** The connection is lost; the next attempt comes after `waitMs`. */
  readonly reconnecting: SocketEnd & { readonly waitMs: number };
  /** It has ended for good: `close` was called, or the server has said not to come back. */
  readonly closed: SocketEnd;
}

/** Patience, counted as failed attempts, that 1013 and 4029 ask for. */
const BUSY_FAILURES = 4;
const ABNORMAL = 1006;

/** Nothing can be sent: the connection is not open. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

/** A connection that comes back by itself, until it is told not to. */
export abstract class LiveSocket<Events extends SocketEvents> extends Emitter<Events> {
  private readonly unwanted = new AbortController();
  private socket: WebSocket | undefined;
  private failures = 0;

  protected constructor(protected readonly options: SocketOptions) {
    super();
    // The subclass's constructor finishes, and listeners are added, before anything happens.
    queueMicrotask(() => void this.live());
  }

  /** Bytes that were sent and are still on this side of the connection: how far the network lags behind. */
  get bufferedAmount(): number {
    return this.socket?.bufferedAmount ?? 0;
  }

  get ended(): boolean {
    return this.unwanted.signal.aborted;
  }

  close(): void {
    this.end({ code: 1000, reason: 'closed by the caller' });
  }

  /** Path and query of the next attempt. */
  protected abstract path(): string;
  protected abstract received(frame: Record<string, unknown>): void;
  /** The connection stands. */
  protected abstract opened(): void;

  /** Hears how each connection ended, before the next one is tried. */
  protected lost(end: SocketEnd): Verdict {
    return verdictOf(end.code);
  }

  /** Called once, before `closed` is emitted. */
  protected over(_end: SocketEnd): void {
    // Nothing to tidy up here.
  }

  /** The next connection that breaks is the first failure again. */
  protected settle(): void {
    this.failures = 0;
  }

  protected get isOpen(): boolean {
    return this.socket?.readyState === 1;
  }

  protected sendText(text: string): void {
    if (this.socket === undefined || !this.isOpen) throw new NotConnected('Not connected');
    this.socket.send(text);
  }

  private end(end: SocketEnd): void {
    if (this.ended) return;
    this.unwanted.abort();
    this.socket?.close(1000);
    this.over(end);
    this.emit('closed', end);
  }

  private async live(): Promise<void> {
    const { firstMs = 500, longestMs = 30_000, giveUpAfter = Infinity } = this.options;
    for (;;) {
      const end = await this.connection();
      if (this.ended) return;
      const verdict = this.lost(end);
      if (verdict === 'stop' || this.failures >= giveUpAfter) {
        this.end(end);
        return;
      }
      const failures = verdict === 'back off' ? Math.max(this.failures, BUSY_FAILURES) : this.failures;
      const waitMs = fullJitter(failures, { firstMs, longestMs });
      this.failures++;
      this.emit('reconnecting', { ...end, waitMs });
      await wait(waitMs, this.unwanted.signal).catch(() => undefined);
    }
  }

  /** From the attempt to the end of one connection. */
  private async connection(): Promise<SocketEnd> {
    const Socket = await webSocketClass();
    if (this.ended) return { code: ABNORMAL, reason: '' };
    const url = this.options.url.replace(/^http/, 'ws').replace(/\/+$/, '') + this.path();
    const socket = new Socket(url);
    this.socket = socket;
    return new Promise((resolve) => {
      socket.addEventListener('open', () => {
        if (this.ended) socket.close(1000);
        else this.opened();
      });
      socket.addEventListener('message', ({ data }) => {
        if (!this.ended) this.hear(data);
      });
      // What follows is always a close, which says more.
      socket.addEventListener('error', () => undefined);
      socket.addEventListener('close', ({ code, reason }) => {
        resolve({ code, reason });
      });
    });
  }

  private hear(data: unknown): void {
    const frame = typeof data === 'string' ? objectOf(data) : undefined;
    if (frame !== undefined) this.received(frame);
    // Whatever speaks there is not Switchboard, or is broken: try again rather than go on without a frame.
    else this.socket?.close(4002, 'not a JSON object');
  }
}

function objectOf(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'object' && value !== null && !Array.isArray(value)
      ? (value as Record<string, unknown>)
      : undefined;
  } catch {
    return undefined;
  }
}
