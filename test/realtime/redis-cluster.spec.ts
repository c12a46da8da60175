import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Channel, channel } from '../../src/modules/realtime/channel.js';
import { type HubEvent } from '../../src/modules/realtime/hub-event.js';
import { partitionedName } from '../../src/modules/realtime/redis/bus/channel-name.js';
import { hashSlot } from '../../src/modules/realtime/redis/connection/hash-slot.js';
import { type RedisServer } from '../support/redis.js';
import { describeRedis, eventually, type RedisTestNode, sleep, startRedisNode } from './node.js';

/** Enough to have some on every shard. */
const CHANNELS = Array.from({ length: 60 }, (_none, n) => channel('rooms', n, 'readers'));
const HEAL_MS = 15_000;

const event: HubEvent = { type: 'test.event' };

describeRedis('Two nodes on a cluster', ['replicated'], (redis) => {
  let one: RedisTestNode, two: RedisTestNode;
  let heard: Set<Channel>;
  let keys: string[];
  let round = 0;
  /** Masters that were killed. */
  let down: RedisServer[];

  beforeEach(async () => {
    down = [];
    // A server that was down follows its replacement.
    await eventually(async () => {
      const { masters, replicas } = await roles();
      return masters.length === 3 && replicas.length === 3;
    }, HEAL_MS);
    [one, two] = [await startRedisNode(redis().url), await startRedisNode(redis().url)];
    heard = new Set();
    two.broker.bind((to) => heard.add(to));
    await Promise.all(CHANNELS.map(async (each) => two.broker.subscribe(each)));
    round++;
    keys = Array.from({ length: 60 }, (_none, n) => `seat:${round}:${n}`);
    for (const key of keys) expect(await one.store.claim(key, 'mine')).toBe(true);
    await hearAll();
  }, 60_000);
  afterEach(async () => {
    await Promise.all([one.close(), two.close()]);
    await Promise.all(down.map((server) => server.restart()));
  }, 60_000);

  /** Publications of one node reach the other one on every channel. */
  async function hearAll(): Promise<void> {
    heard.clear();
    await eventually(async () => {
      for (const each of CHANNELS) if (!heard.has(each)) one.broker.publish(each, { kind: 'deliver', event });
      await sleep(50);
      return heard.size === CHANNELS.length;
    }, HEAL_MS);
  }

  /** What one node owns, the other cannot take, but finds. */
  async function ownAll(): Promise<void> {
    for (const key of keys) {
      let taken: boolean | undefined;
      await eventually(async () => {
        taken = await two.store.claim(key, 'other').catch(() => undefined);
        return taken !== undefined;
      }, HEAL_MS);
      expect(taken).toBe(false);
    }
    await eventually(async () => {
      const found = await Promise.all(keys.map((key) => two.store.get(key).catch(() => undefined)));
      return found.every((value) => value === 'mine');
    }, HEAL_MS);
  }

  const roles = async (): Promise<{ masters: RedisServer[]; replicas: RedisServer[] }> => {
    const masters: RedisServer[] = [];
    const replicas: RedisServer[] = [];
    for (const server of redis().servers) {
      const [role, , , link] = await server.send<[role: string, host: string, port: number, link: string]>('ROLE');
      if (role === 'master') masters.push(server);
      else if (link === 'connected') replicas.push(server);
    }
    return { masters, replicas };
  };

  it('follow the replica that replaces a killed master', async () => {
    const [master] = (await roles()).masters as [RedisServer];
    down.push(master);
    await master.kill();
    await eventually(() => !one.connection.up && !two.connection.up, HEAL_MS);
    await eventually(() => one.connection.up && two.connection.up, HEAL_MS);
    await hearAll();
    await ownAll();
  });

  it('follow if masters and replicas switch roles', async () => {
    const { replicas } = await roles();
    for (const replica of replicas) {
      // One at a time, since simultaneous elections may end without a winner.
      await replica.send('CLUSTER', 'FAILOVER');
      await eventually(async () => (await roles()).masters.includes(replica), HEAL_MS);
    }
    await ownAll();
    await hearAll();
  });

  it('follow if slots are moved to another master, with their content', async () => {
    const { masters } = await roles();
    const [to] = masters as [RedisServer];
    const id = await to.send<string>('CLUSTER', 'MYID');
    for (const key of keys.map((each) => `${one.connection.prefix}e:${each}`)) {
      await move(hashSlot(key), to, id, masters);
      // Clients that have not heard of it are redirected.
      expect(await two.connection.send(key, ['EXISTS', key])).toBe(1);
    }
    for (const slot of new Set(CHANNELS.map((each) => hashSlot(partitionedName(each))))) {
      await move(slot, to, id, masters);
    }
    await ownAll();
    await hearAll();
  });

  async function move(slot: number, to: RedisServer, id: string, masters: readonly RedisServer[]): Promise<void> {
    const ranges = await to.send<[number, number, [string, number]][]>('CLUSTER', 'SLOTS');
    const [, , owner] = ranges.find(([from, until]) => from <= slot && slot <= until) ?? [];
    if (owner === undefined || owner[1] === to.port) return;
    const from = masters.find(({ port }) => port === owner[1]) as RedisServer;
    await to.send('CLUSTER', 'SETSLOT', `${slot}`, 'IMPORTING', await from.send<string>('CLUSTER', 'MYID'));
    await from.send('CLUSTER', 'SETSLOT', `${slot}`, 'MIGRATING', id);
    const keys = await from.send<string[]>('CLUSTER', 'GETKEYSINSLOT', `${slot}`, '100');
    if (keys.length > 0) await from.send('MIGRATE', '127.0.0.1', `${to.port}`, '', '0', '5000', 'KEYS', ...keys);
    for (const server of [to, ...masters]) await server.send('CLUSTER', 'SETSLOT', `${slot}`, 'NODE', id);
  }
});
