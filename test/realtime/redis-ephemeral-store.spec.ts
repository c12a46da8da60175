import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { PresenceKind } from '../../src/modules/realtime/ports/presence-set.js';
import { RedisCable } from '../support/redis-cable.js';
import { describeRedis, eventually, type RedisTestNode, repair, sleep, startRedisNode } from './node.js';

const SET = new PresenceKind('test').of('a');
const isAway = { kind: 'unavailable', code: 'broker_unavailable' };

describeRedis('RedisEphemeralStore on two nodes', ['single', 'cluster'], (redis) => {
  let one: RedisTestNode, two: RedisTestNode;

  beforeEach(async () => {
    await redis().flush();
    one = await startRedisNode(redis().url);
    two = await startRedisNode(redis().url);
  }, 60_000);
  afterEach(async () => {
    await Promise.all([one.close(), two.close()]);
  });

  it('lets one of two nodes win each race', async () => {
    const keys = Array.from({ length: 30 }, (_, n) => `k${n}`);
    const claims = await Promise.all(
      keys.map((key) => Promise.all([one.store.claim(key, 1), two.store.claim(key, 2)])),
    );
    for (const [n, key] of keys.entries()) {
      expect(claims[n]!.filter(Boolean)).toHaveLength(1);
      expect(await one.store.get(key)).toBe(claims[n]![0] ? 1 : 2);
    }
    const taken = await Promise.all(keys.map((key) => Promise.all([one.store.take(key), two.store.take(key)])));
    for (const pair of taken) expect(pair.filter((value) => value !== undefined)).toHaveLength(1);
  });

  it('releases what a dead node owned, once, and nothing else', async () => {
    await one.store.claim('own', 'a');
    await one.store.claim('taken over', 'a');
    await one.store.claim('swapped back', 'a');
    await one.store.claim('with life', 'a', { ttlMs: 60_000 });
    await one.store.increment('count', 3);
    await two.store.claim('of another', 'b');
    await two.store.swap('taken over', 'b');
    await two.store.swap('swapped back', 'b');
    await one.store.swap('swapped back', 'a');
    const dead = one.identity.incarnation;
    one.connection.close();
    const counts = await Promise.all([two.store.releaseNode(dead), two.store.releaseNode(dead)]);
    expect(counts[0] + counts[1]).toBe(3);
    const left: Record<string, unknown> = {};
    for (const key of ['own', 'taken over', 'swapped back', 'with life', 'count', 'of another']) {
      left[key] = await two.store.get(key);
    }
    expect(left).toEqual({ 'taken over': 'b', 'with life': 'a', 'of another': 'b' });
    expect(await two.store.releaseNode(dead)).toBe(0);
  });

  it('lists an entry together with its write, so that a node that dies before the answer leaves nothing behind', async () => {
    const sent: unknown[] = [];
    const real = one.connection.send.bind(one.connection);
    vi.spyOn(one.connection, 'send').mockImplementation((key, args) => {
      sent.push(args[0]);
      return real(key, args);
    });
    const claimed = one.store.claim('k', 1);
    // Nothing is read from the server in between.
    for (let n = 0; n < 5; n++) await Promise.resolve();
    expect(sent).toEqual(['SET', 'SADD']);
    expect(await claimed).toBe(true);
  });

  it('takes entries that it could not get off the list', async () => {
    await two.store.claim('k', 2);
    await two.store.claim('n', 2);
    expect(await one.store.claim('k', 1)).toBe(false);
    expect(await one.store.replace('k', 1, 3)).toBe(false);
    expect(await one.store.increment('n', 1, { limit: 1 })).toBeUndefined();
    const list = `${one.connection.prefix}{${one.identity.incarnation}}:entries`;
    expect(await one.connection.send(list, ['SCARD', list])).toBe(2);
    await eventually(async () => (await one.connection.send(list, ['SCARD', list])) === 0, 5_000);
  });

  it('finds all of thousands of entries of a dead node', async () => {
    const keys = Array.from({ length: 3_000 }, (_, n) => `k${n}`);
    await one.store.swapAll(keys, 'mine');
    expect(await one.store.releaseAll(keys.slice(0, 1_000), 'mine')).toBe(1_000);
    expect(await two.store.releaseNode(one.identity.incarnation)).toBe(2_000);
    expect(await two.store.get('k1500')).toBeUndefined();
  });

  it('restores what Redis lost, each node its own entries, and nothing that was taken from it', async () => {
    await one.store.claim('own', { a: 1 });
    await one.store.increment('count', 5);
    await one.store.claim('released', 1);
    await one.store.release('released', 1);
    await one.store.claim('taken', 1);
    await two.store.take('taken');
    await one.store.claim('over', 'a');
    await two.store.swap('over', 'b');
    // Notices about what was taken are in flight.
    await sleep(300);
    await redis().flush();
    await eventually(async () => (await two.store.get('own')) !== undefined, 8_000);
    await eventually(async () => (await one.store.get('over')) === 'b', 8_000);
    await eventually(async () => (await two.store.get('count')) === 5, 8_000);
    expect(await two.store.get('own')).toEqual({ a: 1 });
    expect(await two.store.get('released')).toBeUndefined();
    expect(await two.store.get('taken')).toBeUndefined();
    // The list of what a node owns is back as well.
    await eventually(async () => (await two.store.releaseNode(one.identity.incarnation)) > 0, 8_000);
    await eventually(async () => (await two.store.get('own')) === undefined, 8_000);
  }, 40_000);
});

describeRedis('RedisEphemeralStore and RedisRateLimiter without servers', ['single', 'cluster of ports'], (redis) => {
  let one: RedisTestNode, two: RedisTestNode;

  beforeEach(async () => {
    await redis().flush();
    one = await startRedisNode(redis().url);
    two = await startRedisNode(redis().url);
  }, 60_000);
  afterEach(async () => {
    await repair(redis());
    await Promise.all([one.close(), two.close()]);
  });

  it('fails fast, keeps and changes its own entries in memory, and writes them once the server is back', async () => {
    await one.store.claim('stays', 1);
    await one.store.claim('goes', 1);
    await one.store.increment('count', 5);
    await two.store.claim('of two', 2);
    redis().pause();
    // Sent but never answered, so nobody knows whether it was executed.
    const began = Date.now();
    await expect(one.store.claim('unknown', 1)).rejects.toMatchObject(isAway);
    expect(Date.now() - began).toBeLessThan(8_000);
    // Each shard is noticed by itself.
    const shards = ['stays', 'goes', 'count'].map((key) => one.connection.shardOf(`${one.connection.prefix}e:${key}`));
    await eventually(() => shards.every((shard) => shard?.commands.up === false), 8_000);
    await expect(one.store.get('of two')).rejects.toMatchObject(isAway);
    expect(await one.store.get('stays')).toBe(1);
    expect(await one.store.claim('stays', 2)).toBe(false);
    expect(await one.store.release('goes', 1)).toBe(true);
    expect(await one.store.increment('count', -2)).toBe(3);
    expect(await one.store.replace('stays', 1, 3)).toBe(true);
    await redis().resume();
    await eventually(() => one.connection.up && two.connection.up, 10_000);
    expect(await one.store.get('unknown')).toBeUndefined();
    expect(await two.store.get('stays')).toBe(3);
    expect(await two.store.get('goes')).toBeUndefined();
    expect(await two.store.get('count')).toBe(3);
    expect(await two.store.claim('unknown', 2)).toBe(true);
  }, 40_000);

  it('does not take back what another node took meanwhile', async () => {
    const cable = await new RedisCable(redis()).open();
    const cut = await startRedisNode(cable.url);
    try {
      await cut.store.claim('k', 'cut');
      await cut.store.claim('other', 'cut');
      await cable.cut();
      await redis().flush();
      expect(await two.store.claim('k', 'two')).toBe(true);
      await cable.open();
      await eventually(() => cut.connection.up, 10_000);
      await eventually(async () => (await two.store.get('other')) === 'cut');
      expect(await cut.store.get('k')).toBe('two');
      expect(await two.store.releaseNode(cut.identity.incarnation)).toBe(1);
      expect(await two.store.get('k')).toBe('two');
    } finally {
      await cut.close();
      await cable.cut();
    }
  }, 40_000);

  it('does not restore what the others released while it was cut off', async () => {
    const cable = await new RedisCable(redis()).open();
    const cut = await startRedisNode(cable.url);
    try {
      // Its first connection does not count as a recovery.
      await cable.cut();
      await eventually(() => !cut.connection.up, 5_000);
      await cable.open();
      await eventually(() => cut.connection.up, 10_000);
      await cut.store.claim('k', 'cut');
      await cut.presence.enter(SET, { id: 'x', data: 1 });
      await cable.cut();
      await eventually(() => !cut.connection.up, 5_000);
      expect(await two.store.releaseNode(cut.identity.incarnation)).toBe(1);
      expect(await two.presence.releaseNode(cut.identity.incarnation)).toBe(1);
      await cable.open();
      await eventually(() => cut.connection.up, 10_000);
      await cut.store.get('k');
      expect(await two.store.get('k')).toBeUndefined();
      expect(await two.presence.list(SET)).toEqual([]);
    } finally {
      await cut.close();
      await cable.cut();
    }
  }, 40_000);

  it('retries later what a reachable server refused', async () => {
    const demandReplicas = (count: number) =>
      Promise.all(redis().servers.map((server) => server.send('CONFIG', 'SET', 'min-replicas-to-write', `${count}`)));
    await one.store.claim('goes', 1);
    await one.presence.enter(SET, { id: 'leaves', data: 1 });
    await demandReplicas(1);
    try {
      await expect(one.store.claim('unknown', 1)).rejects.toMatchObject(isAway);
      expect(await one.presence.leave(SET, 'leaves')).toMatchObject({ id: 'leaves' });
      expect(await one.presence.enter(SET, { id: 'comes', data: 1 })).toBe(true);
      await sleep(1_500);
    } finally {
      await demandReplicas(0);
    }
    await eventually(async () => (await two.presence.list(SET)).map(({ id }) => id).join() === 'comes', 5_000);
  }, 40_000);

  it('limits rates locally while the server is away, and shares the buckets otherwise', async () => {
    const limit = { rate: 0.01, burst: 4 };
    const takes = async (): Promise<number> => {
      const waits = await Promise.all([one, two, one, two, one, two].map((node) => node.limiter.take('k', limit)));
      return waits.filter((wait) => wait === 0).length;
    };
    expect(await takes()).toBe(4);
    await redis().kill();
    await eventually(() => !one.connection.up && !two.connection.up, 5_000);
    expect(await takes()).toBe(6);
    expect(await takes()).toBe(2);
  }, 40_000);
});
