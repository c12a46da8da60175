import { Injectable } from '@nestjs/common';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { type RateLimit } from '../ports/rate-limiter.js';
import { TokenBuckets } from '../ports/token-buckets.js';

/** Bytes: half of what may wait for a client by default, and again within four seconds. */
const SHARE: RateLimit = { rate: 131_072, burst: 524_288 };
/** What a message counts at least: a quarter of what one may send at all by default. */
const LEAST = 200;

/**
 * What one may send another who has not asked for it, such as offers of calls: beyond that the sender waits, so that
 * nobody is kept busy by one. Counted where the sender is.
 */
@Injectable()
export class PushShares {
  private readonly buckets: TokenBuckets;

  constructor(clock: MonotonicClock) {
    this.buckets = new TokenBuckets(clock);
  }

  /** @returns what to wait for before `bytes` are sent; `undefined` when that may be done now */
  take(sender: string, receiver: string, bytes: number): Promise<void> | undefined {
    const waitMs = this.buckets.reserve(`${sender} ${receiver}`, SHARE, Math.max(bytes, LEAST));
    return waitMs === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, waitMs).unref());
  }
}
