import { fullJitter, wait } from '../backoff.js';
import { Emitter } from '../emitter.js';
import { ABNORMAL, type Verdict, verdictOf } from './close-codes.js';

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

/** How a connection ended. `code` is that of WebSocket; where there is none, 1006 for lost and 1008 for told to stay away. */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

/** As the connection itself saw it. */
export interface Ending extends SocketEnd {
  /** The server has asked for so much patience. */
  readonly retryAfterMs?: number;
}

export interface SocketEvents {
  /** The connection is lost; the next attempt comes after `waitMs`. */
  readonly reconnecting: SocketEnd & { readonly waitMs: number };
  /** It has ended for good: `close` was called, or the server has said not to come back. */
  readonly closed: SocketEnd;
}

/** Patience, counted as failed attempts, that 1013 and 4029 ask for. */
const BUSY_FAILURES = 4;

/** Nothing can be sent: the connection is not open. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

/** It was sent, but the answer has not come: whether it was heard is not known. */
export class Unconfirmed extends Error {
  override readonly name = 'Unconfirmed';
}

/** Connects again and again, until it is told not to. */
export abstract class Persistent<Events extends SocketEvents> extends Emitter<Events> {
  private hasEnded = false;
  private attempt: AbortController | undefined;
  private pause: AbortController | undefined;
  private failures = 0;

  protected constructor(protected readonly options: SocketOptions) {
    super();
    // The subclass's constructor finishes, and listeners are added, before anything happens.
    queueMicrotask(() => {
      if (!this.ended) void this.live();
    });
  }

  get ended(): boolean {
    return this.hasEnded;
  }

  close(): void {
    this.end({ code: 1000, reason: 'closed by the caller' });
  }

  /** Ends the wait for the next attempt: call it when there is a reason to hope, such as `online` of a browser. */
  retry(): void {
    this.pause?.abort();
  }

  /** Ends the connection, which then comes back: call it when it must be dead, as on `offline`, before time shows it. */
  drop(): void {
    this.attempt?.abort();
  }

  /**
   * From the attempt to the end of one connection. The signal says that it is not wanted any more.
   * What it throws is no matter of the network, and ends everything.
   */
  protected abstract connection(unwanted: AbortSignal): Promise<Ending>;

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

  protected end(end: SocketEnd): void {
    if (this.ended) return;
    this.hasEnded = true;
    this.attempt?.abort();
    this.pause?.abort();
    this.over(end);
    this.emit('closed', end);
  }

  private async live(): Promise<void> {
    const { firstMs = 500, longestMs = 30_000, giveUpAfter = Infinity } = this.options;
    for (;;) {
      let ending: Ending;
      this.attempt = new AbortController();
      try {
        ending = await this.connection(this.attempt.signal);
      } catch (error) {
        this.end({ code: ABNORMAL, reason: error instanceof Error ? error.message : String(error) });
        return;
      }
      if (this.ended) return;
      const { code, reason, retryAfterMs = 0 } = ending;
      const verdict = this.lost({ code, reason });
      // Whoever hears of the loss may have closed it.
      if (this.hasEnded) return;
      if (verdict === 'stop' || this.failures >= giveUpAfter) {
        this.end({ code, reason });
        return;
      }
      const failures = verdict === 'back off' ? Math.max(this.failures, BUSY_FAILURES) : this.failures;
      const waitMs = Math.round(retryAfterMs + fullJitter(failures, { firstMs, longestMs }));
      this.failures++;
      this.pause = new AbortController();
      this.emit('reconnecting', { code, reason, waitMs });
      const isWanted = await wait(waitMs, this.pause.signal).then(
        () => true,
        () => !this.ended,
      );
      if (!isWanted) return;
    }
  }
}
