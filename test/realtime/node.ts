import { afterAll, beforeAll, describe } from 'vitest';
import { SystemMonotonicClock } from '../../src/common/time/monotonic-clock.js';
import { loadConfig } from '../../src/config/load-config.js';
import { type Broker } from '../../src/modules/realtime/ports/broker.js';
import { type EphemeralStore, type LifeTime } from '../../src/modules/realtime/ports/ephemeral-store.js';
import { InProcessBroker } from '../../src/modules/realtime/in-process/in-process.broker.js';
import { InProcessEphemeralStore } from '../../src/modules/realtime/in-process/in-process.ephemeral-store.js';
import { InProcessPresence } from '../../src/modules/realtime/in-process/in-process.presence.js';
import { InProcessRateLimiter } from '../../src/modules/realtime/in-process/in-process.rate-limiter.js';
import { NodeIdentity } from '../../src/modules/realtime/node-identity.js';
import { type Presence } from '../../src/modules/realtime/ports/presence.js';
import { type RateLimiter } from '../../src/modules/realtime/ports/rate-limiter.js';
import { RedisConnection } from '../../src/modules/realtime/redis/connection/redis-connection.js';
import { RedisBroker } from '../../src/modules/realtime/redis/bus/redis.broker.js';
import { RedisEphemeralStore } from '../../src/modules/realtime/redis/state/redis.ephemeral-store.js';
import { RedisPresence } from '../../src/modules/realtime/redis/state/redis.presence.js';
import { RedisRateLimiter } from '../../src/modules/realtime/redis/state/redis.rate-limiter.js';
import { startRedis, startRedisCluster, startRedisSentinel, type TestRedis } from '../support/redis.js';
import { describeWith } from '../support/requires.js';

/** The ephemeral store as seen by its own suites: any text is a key, for any value. */
export interface AnyStore {
  get(key: string): Promise<unknown>;
  claim(key: string, value: unknown, life?: LifeTime): Promise<boolean>;
  swap(key: string, value: unknown, life?: LifeTime): Promise<unknown>;
  swapAll(keys: readonly string[], value: unknown, life?: LifeTime): Promise<void>;
  replace(key: string, from: unknown, to: unknown, life?: LifeTime): Promise<boolean>;
  take(key: string): Promise<unknown>;
  release(key: string, value: unknown): Promise<boolean>;
  releaseAll(keys: readonly string[], value: unknown): Promise<number>;
  increment(key: string, by: number, options?: LifeTime & { limit?: number }): Promise<number | undefined>;
  releaseNode(owner: string): Promise<number>;
}

/** The ports of one node, in one implementation. */
export interface TestNode {
  readonly broker: Broker;
  readonly presence: Presence;
  readonly store: EphemeralStore & AnyStore;
  readonly limiter: RateLimiter;
  close(): Promise<void>;
}

export interface RedisTestNode extends TestNode {
  readonly connection: RedisConnection;
  readonly identity: NodeIdentity;
  readonly broker: RedisBroker;
}

/** An implementation of the ports; every suite runs once for each. */
export interface Implementation {
  readonly name: string;
  /** A node with empty state. */
  readonly start: () => Promise<TestNode>;
}

const IN_PROCESS: Implementation = {
  name: 'in-process',
  start: () =>
    Promise.resolve({
      broker: new InProcessBroker(),
      presence: new InProcessPresence(),
      store: new InProcessEphemeralStore(new SystemMonotonicClock()),
      limiter: new InProcessRateLimiter(new SystemMonotonicClock()),
      close: () => Promise.resolve(),
    }),
};

/** Runs `suite` for every implementation of the ports. */
export function describePorts(subject: string, suite: (implementation: Implementation) => void): void {
  describe(`${subject} (${IN_PROCESS.name})`, () => {
    suite(IN_PROCESS);
  });
  describeRedis(subject, ['single', 'cluster'], (redis) => {
    suite({
      name: 'Redis',
      start: async () => {
        await redis().flush();
        return startRedisNode(redis().url);
      },
    });
  });
}

type RedisKind = keyof typeof REDIS_KINDS;
const REDIS_KINDS = {
  single: startRedis,
  cluster: () => startRedisCluster(),
  /** For nodes with a way of their own to each of its servers. */
  'cluster of ports': () => startRedisCluster({ endpoints: 'unknown-endpoint' }),
  replicated: () => startRedisCluster({ replicas: true, endpoints: 'unknown-endpoint' }),
  sentinel: startRedisSentinel,
};

/** Runs `suite` with real servers, once for each of `kinds`. */
export function describeRedis<K extends RedisKind>(
  subject: string,
  kinds: readonly K[],
  suite: (redis: () => Awaited<ReturnType<(typeof REDIS_KINDS)[K]>>, kind: K) => void,
): void {
  for (const kind of kinds) {
    describeWith('redis-server', `${subject} (Redis ${kind})`, () => {
      let redis: Awaited<ReturnType<(typeof REDIS_KINDS)[K]>>;
      beforeAll(async () => {
        redis = (await REDIS_KINDS[kind]()) as typeof redis;
      }, 30_000);
      afterAll(() => redis.stop());
      suite(() => redis, kind);
    });
  }
}

/** Undoes what a test has done to its servers. */
export async function repair(redis: TestRedis): Promise<void> {
  for (const server of redis.servers) server.resume();
  await redis.restart();
}

/** A node of its own at `url`. */
export async function startRedisNode(url: string): Promise<RedisTestNode> {
  const connection = new RedisConnection(loadConfig({ REDIS_URL: url, MEDIA_SHARED: 'true' }).redis!);
  await connection.start();
  // On a busy machine this may take longer than a start waits.
  await eventually(() => connection.up, 20_000);
  const identity = new NodeIdentity();
  const broker = new RedisBroker(connection, Buffer.from(identity.name, 'hex'));
  const store = new RedisEphemeralStore(connection, identity);
  return {
    connection,
    identity,
    broker,
    presence: new RedisPresence(connection, identity),
    store,
    limiter: new RedisRateLimiter(connection, new InProcessRateLimiter(new SystemMonotonicClock())),
    close: async () => {
      broker.close();
      await connection.finish();
    },
  };
}

/** Waits until `condition` holds, since a bus takes time. */
export async function eventually(condition: () => boolean | Promise<boolean>, ms = 2_000): Promise<void> {
  const deadline = Date.now() + ms;
  while (!(await condition())) {
    if (Date.now() > deadline) throw new Error('it did not happen in time');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

export const sleep = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
