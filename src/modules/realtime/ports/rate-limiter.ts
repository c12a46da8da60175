/** A token bucket: `burst` tokens at most, refilled at `rate` tokens a second. */
export interface RateLimit {
  readonly rate: number;
  readonly burst: number;
}

/**
 * Token buckets shared by all nodes, one per key. A bucket nobody has touched is full. Taking is atomic.
 */
export abstract class RateLimiter {
  /**
   * Takes one token of the bucket `key`.
   * @returns 0 when there was one; else, taking nothing, the milliseconds until there will be
   */
  abstract take(key: string, limit: RateLimit): Promise<number>;
}
