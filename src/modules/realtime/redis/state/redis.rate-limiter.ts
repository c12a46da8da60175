import { type RateLimit, RateLimiter } from '../../ports/rate-limiter.js';
import { RedisAway } from '../connection/redis-client.js';
import { type RedisConnection } from '../connection/redis-connection.js';
import { RedisScript } from '../connection/redis-script.js';

/**
 * Stores when the bucket will be full again, in milliseconds by the server's clock; a full bucket has no key. A value
 * further away than an empty bucket could need stems from before that clock was set back, so the bucket starts afresh.
 */
const TAKE = new RedisScript(`
local time = redis.call('TIME')
local now = time[1] * 1000 + time[2] / 1000
local tokenMs = 1000 / tonumber(ARGV[1])
local emptyUntil = now + tonumber(ARGV[2]) * tokenMs
local fullAt = tonumber(redis.call('GET', KEYS[1]) or now)
if fullAt < now or fullAt > emptyUntil + 1 then fullAt = now end
fullAt = fullAt + tokenMs
local wait = fullAt - emptyUntil
if wait > 0.001 then return math.ceil(wait) end
redis.call('SET', KEYS[1], string.format('%.3f', fullAt), 'PX', math.max(1, math.ceil(fullAt - now)))
return 0
`);

/** Many nodes: buckets live in Redis, at one command per token. While Redis is away, each node uses its own buckets. */
export class RedisRateLimiter extends RateLimiter {
  constructor(
    private readonly connection: RedisConnection,
    private readonly meanwhile: RateLimiter,
  ) {
    super();
  }

  async take(key: string, limit: RateLimit): Promise<number> {
    const name = `${this.connection.prefix}r:${key}`;
    try {
      return await this.connection.run<number>(TAKE, name, [`${limit.rate}`, `${limit.burst}`]);
    } catch (error) {
      if (!(error instanceof RedisAway)) throw error;
      return this.meanwhile.take(key, limit);
    }
  }
}
