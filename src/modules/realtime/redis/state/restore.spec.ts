import { beforeEach, describe, expect, it } from 'vitest';
import { NodeIdentity } from '../../node-identity.js';
import { type RedisConnection, type RedisListener } from '../connection/redis-connection.js';
import { RedisEphemeralStore } from './redis.ephemeral-store.js';
import { RedisPresence } from './redis.presence.js';
import { type RedisShard } from '../connection/redis-shard.js';
import { PresenceKind } from '../../ports/presence-set.js';
import { storeKey } from '../../ports/store-key.js';

const AT_ONCE = 200;
/** More than a connection takes at a time. */
const MANY = 2.5 * AT_ONCE;

describe('restoring what Redis lost', () => {
  let listeners: RedisListener[];
  let asserted: Set<string>;
  let answers: (() => void)[];
  let held: boolean;
  let connection: RedisConnection;
  let shard: { commands: { up: boolean; client: object }; subscriber: object };

  beforeEach(() => {
    listeners = [];
    asserted = new Set();
    answers = [];
    held = false;
    shard = { commands: { up: true, client: {} }, subscriber: {} };
    connection = {
      restoreAtOnce: AT_ONCE,
      prefix: '',
      sharded: false,
      shardOf: () => shard,
      listen: (listener: RedisListener) => listeners.push(listener),
      send: () => Promise.resolve(null),
      run: (_: unknown, key: string) => {
        if (!held) return Promise.resolve(1);
        asserted.add(key);
        return new Promise((resolve) => answers.push(resolve.bind(null, [])));
      },
    } as unknown as RedisConnection;
  });

  const restore = (): void => {
    held = true;
    for (const { restored } of listeners) restored?.(shard as unknown as RedisShard, true);
  };
  /** Answers what has been sent so far. */
  const answer = async (): Promise<void> => {
    for (const each of answers.splice(0)) each();
    await new Promise((resolve) => setImmediate(resolve));
  };

  const kinds: readonly [string, () => Promise<void>][] = [
    [
      'entries',
      async () => {
        const store = new RedisEphemeralStore(connection, new NodeIdentity());
        await store.swapAll(
          Array.from({ length: MANY }, (_, n) => storeKey<number>(`k${n}`)),
          1,
        );
      },
    ],
    [
      'members',
      async () => {
        const presence = new RedisPresence(connection, new NodeIdentity());
        for (let n = 0; n < MANY; n++) await presence.enter(new PresenceKind('test').of(n), { id: 'x', data: 1 });
      },
    ],
  ];

  it.each(kinds)('never has more in flight than a connection takes (%s)', async (_, fill) => {
    await fill();
    restore();
    expect(asserted.size).toBe(AT_ONCE);
    await answer();
    expect(asserted.size).toBe(2 * AT_ONCE);
    await answer();
    expect(asserted.size).toBe(MANY);
  });

  it.each(kinds)('leaves the rest to the next connection if this one breaks (%s)', async (_, fill) => {
    await fill();
    restore();
    shard.commands.client = {};
    await answer();
    expect(asserted.size).toBe(AT_ONCE);
  });
});
