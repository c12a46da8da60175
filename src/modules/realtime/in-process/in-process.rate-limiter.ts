import { type MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { type RateLimit, RateLimiter } from '../ports/rate-limiter.js';

interface Bucket {
  /** When, by the monotonic clock, the bucket is full again: its whole state, while the limit stays the same. */
  fullAt: number;
}

/** Full buckets say nothing and are dropped, at most once in this time. */
const SWEEP_MS = 10_000;

/** One node: buckets live in this process. */
export class InProcessRateLimiter extends RateLimiter {
  private readonly buckets = new Map<string, Bucket>();
  private nextSweep = 0;

  constructor(private readonly clock: MonotonicClock) {
    super();
  }

  take(key: string, { rate, burst }: RateLimit): Promise<number> {
    const now = this.clock.elapsed();
    if (now >= this.nextSweep) this.sweep(now);
    const tokenMs = 1_000 / rate;
    let bucket = this.buckets.get(key);
    if (bucket === undefined) this.buckets.set(key, (bucket = { fullAt: now }));
    const fullAt = Math.max(bucket.fullAt, now) + tokenMs;
    const waitMs = fullAt - now - burst * tokenMs;
    if (waitMs > 0.001) return Promise.resolve(Math.ceil(waitMs));
    bucket.fullAt = fullAt;
    return Promise.resolve(0);
  }

  private sweep(now: number): void {
    this.nextSweep = now + SWEEP_MS;
    for (const [key, bucket] of this.buckets) if (bucket.fullAt <= now) this.buckets.delete(key);
  }
}
