import { type MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { type RateLimit, RateLimiter } from '../ports/rate-limiter.js';
import { TokenBuckets } from '../ports/token-buckets.js';

/** One node: buckets live in this process. */
export class InProcessRateLimiter extends RateLimiter {
  private readonly buckets: TokenBuckets;

  constructor(clock: MonotonicClock) {
    super();
    this.buckets = new TokenBuckets(clock);
  }

  take(key: string, limit: RateLimit): Promise<number> {
    return Promise.resolve(this.buckets.take(key, limit));
  }
}
