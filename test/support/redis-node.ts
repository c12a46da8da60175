import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadConfig } from '../../src/config/load-config.js';
import { type RedisSection } from '../../src/config/app-config.js';
import { NodeIdentity } from '../../src/modules/realtime/node-identity.js';
import { type NodeBoard } from '../../src/modules/realtime/ports/node-board.js';
import { type Presence } from '../../src/modules/realtime/ports/presence.js';
import { RedisBroker } from '../../src/modules/realtime/redis/bus/redis.broker.js';
import { RedisConnection } from '../../src/modules/realtime/redis/connection/redis-connection.js';
import { RedisNodeBoard } from '../../src/modules/realtime/redis/state/redis.node-board.js';
import { RedisPresence } from '../../src/modules/realtime/redis/state/redis.presence.js';

/** The part of a node that uses Redis, without the rest. */
export interface RedisNode {
  readonly identity: NodeIdentity;
  readonly connection: RedisConnection;
  readonly presence: Presence;
  readonly board: NodeBoard;
  /** Dies silently, as with kill -9. */
  die(): void;
}

/** A separate node using the Redis at `url`. */
export async function startRedisNode(url: string): Promise<RedisNode> {
  const section = loadConfig({ REDIS_URL: url, MEDIA_SHARED: 'true' }).redis as RedisSection;
  const identity = new NodeIdentity();
  const connection = new RedisConnection(section);
  const broker = new RedisBroker(connection, randomBytes(8));
  const presence = new RedisPresence(connection, identity);
  await connection.start();
  for (let n = 0; n < 500 && !connection.up; n++) await sleep(20);
  return {
    identity,
    connection,
    presence,
    board: new RedisNodeBoard(connection),
    die: () => {
      broker.beforeApplicationShutdown();
      connection.close();
    },
  };
}
