/** A token bucket: at most `burst` tokens, refilled at `rate` tokens per second. */
export interface RateLimit {
  readonly rate: number;
  readonly burst: number;
}

/** Token buckets shared by all nodes, one per key. An untouched bucket is full. Taking is atomic. */
export abstract class RateLimiter {
  /**
   * Takes one token from bucket `key`.
   * @returns 0 on success; otherwise the milliseconds until a token will be available, and nothing is taken
   */
  abstract take(key: string, limit: RateLimit): Promise<number>;
}
