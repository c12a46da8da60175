import { fullJitter, wait } from '../backoff.js';
import { Emitter } from '../emitter.js';
import { ABNORMAL, type Verdict, verdictOf } from './close-codes.js';

export interface SocketOptions {
  /** `https://switchboard.example.org` */
  readonly url: string;
  /** Upper bound of the first wait before a reconnect in milliseconds, default 500; it doubles with each failure. */
  readonly firstMs?: number;
  /** Longest wait in milliseconds, default 30,000. */
  readonly longestMs?: number;
  /** Consecutive failed attempts after which it stops; by default it never does. */
  readonly giveUpAfter?: number;
}

/**
 * How a connection ended. `code` is a WebSocket close code; where there is none, 1006 means lost and 1008 told to stay
 * away.
 */
export interface SocketEnd {
  readonly code: number;
  readonly reason: string;
}

/** The end as the connection itself saw it. */
export interface Ending extends SocketEnd {
  /** How long the server asked to wait. */
  readonly retryAfterMs?: number;
}

export interface SocketEvents {
  /** The connection is lost; the next attempt follows after `waitMs`. */
  readonly reconnecting: SocketEnd & { readonly waitMs: number };
  /** It has ended for good: `close` was called, or the server said not to come back. */
  readonly closed: SocketEnd;
}

/** How many failed attempts 1013 and 4029 count as. */
const BUSY_FAILURES = 4;

/** Nothing can be sent: the connection is not open. */
export class NotConnected extends Error {
  override readonly name = 'NotConnected';
}

/** It was sent but not answered: whether it was received is not known. */
export class Unconfirmed extends Error {
  override readonly name = 'Unconfirmed';
}

/** Reconnects until told to stop. */
export abstract class Persistent<Events extends SocketEvents> extends Emitter<Events> {
  private hasEnded = false;
  private attempt: AbortController | undefined;
  private pause: AbortController | undefined;
  private failures = 0;

  protected constructor(protected readonly options: SocketOptions) {
    super();
    // Starts only after the subclass's constructor has finished and listeners have been added.
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

  /** Ends the wait for the next attempt: call it when there is reason for hope, such as a browser's `online` event. */
  retry(): void {
    this.pause?.abort();
  }

  /**
   * Ends the connection, which then reconnects: call it when it must be dead, as on `offline`, without waiting for a
   * timeout.
   */
  drop(): void {
    this.attempt?.abort();
  }

  /**
   * Covers one connection, from the attempt to its end. The signal says that it is no longer wanted.
   * Errors it throws are not network errors, and end everything.
   */
  protected abstract connection(unwanted: AbortSignal): Promise<Ending>;

  /** Called with the end of each connection, before the next is tried. */
  protected lost(end: SocketEnd): Verdict {
    return verdictOf(end.code);
  }

  /** Called once, before `closed` is emitted. */
  protected over(_end: SocketEnd): void {
    // Subclasses may clean up here.
  }

  /** Resets the count of failures. */
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
      // A listener of the loss may have closed it.
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
