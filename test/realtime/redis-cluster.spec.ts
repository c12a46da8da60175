import { afterEach, beforeEach, expect, it } from 'vitest';
import { type Channel, channel } from '../../src/modules/realtime/channel.js';
import { type HubEvent } from '../../src/modules/realtime/hub-event.js';
import { PresenceKind } from '../../src/modules/realtime/ports/presence-set.js';
import { partitionedName } from '../../src/modules/realtime/redis/bus/channel-name.js';
import { hashSlot } from '../../src/modules/realtime/redis/connection/hash-slot.js';
import { rolesOf, SlotMove } from '../support/redis-slots.js';
import { type RedisServer } from '../support/redis.js';
import { describeRedis, eventually, type RedisTestNode, sleep, startRedisNode } from './node.js';

/** Enough to have some on every shard. */
const CHANNELS = Array.from({ length: 60 }, (_none, n) => channel('rooms', n, 'readers'));
const HEAL_MS = 15_000;
const SET = new PresenceKind('test').of(1);

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

  const roles = () => rolesOf(redis().servers);

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
    for (const key of keys.map((each) => `${one.connection.prefix}e:${each}`)) {
      await move(hashSlot(key), to, masters);
      // Clients that have not heard of it are redirected.
      expect(await two.connection.send(key, ['EXISTS', key])).toBe(1);
    }
    for (const slot of new Set(CHANNELS.map((each) => hashSlot(partitionedName(each))))) {
      await move(slot, to, masters);
    }
    await ownAll();
    await hearAll();
  });

  it('stay connected while the slot is moving by whose key they recognize their data', async () => {
    const { masters } = await roles();
    const slot = hashSlot(`${one.connection.prefix}marker:0`);
    const [from, to] = await ends(slot, masters);
    let downs = 0;
    for (const { connection } of [one, two]) connection.listen({ commandsDown: () => downs++ });
    const slotMove = new SlotMove(slot, from, to);
    const sentAway = async () => {
      const [, count] =
        /cmdstat_get:.*rejected_calls=(\d+)/.exec(await from.send<string>('INFO', 'commandstats')) ?? [];
      return Number(count ?? 0);
    };
    const before = await sentAway();
    await slotMove.begin();
    await eventually(async () => (await sentAway()) > before + 3, HEAL_MS);
    await slotMove.end(masters);
    await ownAll();
    await hearAll();
    expect(downs).toBe(0);
  });

  it('do with the new master what they could not do with the old one', async () => {
    await one.presence.enter(SET, { id: 'leaves', data: 1 });
    await one.store.claim('goes', 1);
    await moveUnnoticed([`presence:${SET}`, 'e:goes'], async () => {
      expect(await one.presence.leave(SET, 'leaves')).toBeDefined();
      expect(await one.store.release('goes', 1)).toBe(true);
    });
    await eventually(async () => (await two.presence.list(SET).catch(() => [SET])).length === 0, HEAL_MS);
    await eventually(async () => (await two.store.get('goes').catch(() => 'goes')) === undefined, HEAL_MS);
  });

  it('list with the new master what they own', async () => {
    await moveUnnoticed([`{${one.identity.incarnation}}:entries`], async () => {
      keys = CHANNELS.map((_none, n) => `kept:${n}`);
      const claimed = await Promise.all(keys.map((key) => one.store.claim(key, 'mine').catch(() => false)));
      keys = keys.filter((_key, n) => claimed[n]);
      expect(keys.length).toBeGreaterThan(0);
    });
    await ownAll();
    expect(await two.store.releaseNode(one.identity.incarnation)).toBeGreaterThan(0);
    const left = await Promise.all(keys.map((key) => two.store.get(key)));
    expect(left.filter((value) => value !== undefined)).toEqual([]);
  });

  /** Keys move while the first node has lost its connections to the masters that held them. */
  async function moveUnnoticed(names: readonly string[], meanwhile: () => Promise<void>): Promise<void> {
    const { masters } = await roles();
    const whole = names.map((name) => one.connection.prefix + name);
    const slots = whole.map(hashSlot);
    const owners = await Promise.all(slots.map(async (slot) => (await ends(slot, masters))[0]));
    const to = masters.find((each) => !owners.includes(each)) as RedisServer;
    for (const slot of slots) await move(slot, to, masters);
    let isRerouted = false;
    one.connection.listen({ rerouted: () => (isRerouted = true) });
    // They come back only once the node knows better.
    for (const owner of owners) owner.pause();
    for (const name of whole) one.connection.shardOf(name)?.commands.reset(new Error('planted'));
    await meanwhile();
    await eventually(() => isRerouted, HEAL_MS);
    for (const owner of owners) owner.resume();
  }

  /** The master that holds the slot, and another one. */
  async function ends(slot: number, masters: readonly RedisServer[]): Promise<[RedisServer, RedisServer]> {
    const ranges = await (masters[0] as RedisServer).send<[number, number, [string, number]][]>('CLUSTER', 'SLOTS');
    const [, , owner] = ranges.find(([from, until]) => from <= slot && slot <= until) ?? [];
    const isOwner = ({ port }: RedisServer): boolean => port === owner?.[1];
    return [masters.find(isOwner) as RedisServer, masters.find((each) => !isOwner(each)) as RedisServer];
  }

  async function move(slot: number, to: RedisServer, masters: readonly RedisServer[]): Promise<void> {
    const [from] = await ends(slot, masters);
    if (from === to) return;
    const slotMove = new SlotMove(slot, from, to);
    await slotMove.begin();
    await slotMove.end(masters);
  }
});
