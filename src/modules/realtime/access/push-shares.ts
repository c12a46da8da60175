import { Injectable } from '@nestjs/common';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { type RateLimit } from '../ports/rate-limiter.js';
import { TokenBuckets } from '../ports/token-buckets.js';

/** Bytes: half of a client's default outbound queue at once, and as much again every four seconds. */
const SHARE: RateLimit = { rate: 131_072, burst: 524_288 };
/** The least a message counts, in bytes, so that a burst holds a quarter of the default `INBOUND_BURST` messages. */
const LEAST = 200;

/**
 * Limits what one client may send another unasked, such as call offers. Beyond the limit the sender waits, so that
 * nobody can keep another client busy. Counted on the sender's node.
 */
@Injectable()
export class PushShares {
  private readonly buckets: TokenBuckets;

  constructor(clock: MonotonicClock) {
    this.buckets = new TokenBuckets(clock);
  }

  /** @returns a promise to await before sending `bytes`; `undefined` when they may be sent now */
  take(sender: string, receiver: string, bytes: number): Promise<void> | undefined {
    const waitMs = this.buckets.reserve(`${sender} ${receiver}`, SHARE, Math.max(bytes, LEAST));
    return waitMs === 0 ? undefined : new Promise((resolve) => setTimeout(resolve, waitMs).unref());
  }
}
