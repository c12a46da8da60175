import { type MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { type RateLimit } from './rate-limiter.js';

/** Full buckets hold no information and are dropped, at most once in this time. */
const SWEEP_MS = 10_000;

/** Token buckets of this process, one per key. */
export class TokenBuckets {
  /**
   * When each bucket will be full again, by the monotonic clock. That is its whole state, as long as the limit is
   * unchanged.
   */
  private readonly fullAt = new Map<string, number>();
  private nextSweep = 0;

  constructor(private readonly clock: MonotonicClock) {}

  /**
   * Takes a token. @returns 0 on success; otherwise the milliseconds until one will be available, and nothing is taken
   */
  take(key: string, limit: RateLimit): number {
    const { fullAt, waitMs } = this.after(key, limit, 1);
    if (waitMs === 0) this.fullAt.set(key, fullAt);
    return waitMs;
  }

  /**
   * Takes `tokens` even when they are not there yet. @returns the milliseconds until they are; later callers wait
   * longer
   */
  reserve(key: string, limit: RateLimit, tokens: number): number {
    const { fullAt, waitMs } = this.after(key, limit, tokens);
    this.fullAt.set(key, fullAt);
    return waitMs;
  }

  private after(key: string, { rate, burst }: RateLimit, tokens: number): { fullAt: number; waitMs: number } {
    const now = this.clock.elapsed();
    if (now >= this.nextSweep) this.sweep(now);
    const tokenMs = 1_000 / rate;
    const fullAt = Math.max(this.fullAt.get(key) ?? now, now) + tokens * tokenMs;
    const waitMs = fullAt - now - burst * tokenMs;
    return { fullAt, waitMs: waitMs > 0.001 ? Math.ceil(waitMs) : 0 };
  }

  private sweep(now: number): void {
    this.nextSweep = now + SWEEP_MS;
    for (const [key, fullAt] of this.fullAt) if (fullAt <= now) this.fullAt.delete(key);
  }
}
