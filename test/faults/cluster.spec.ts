import { setTimeout as sleep } from 'node:timers/promises';
import { startRedisCluster, type RedisServer } from '../support/redis.js';
import { busySlots, rolesOf, SlotMove } from '../support/redis-slots.js';
import { describeStorms, type Storm } from '../support/storm.js';
import { ThreeNodes } from '../support/three-nodes.js';

const GIVE_UP_MS = 15_000;

/** Under way from a storm's begin to its end. */
let moves: SlotMove[] = [];

async function mastersOf({ redis }: ThreeNodes): Promise<RedisServer[]> {
  return (await rolesOf(redis.servers)).masters;
}

async function expectMasters(nodes: ThreeNodes): Promise<void> {
  const giveUp = Date.now() + GIVE_UP_MS;
  while ((await mastersOf(nodes)).length < 3) {
    if (Date.now() > giveUp) throw new Error('no replica has taken the place of the master');
    await sleep(50);
  }
}

const STORMS: readonly Storm[] = [
  {
    what: 'slots move to another master of Redis',
    at: [0, 2],
    going: 1,
    acts: 1,
    begin: async (nodes) => {
      const [from, to] = (await mastersOf(nodes)) as [RedisServer, RedisServer];
      moves = (await busySlots(from)).map((slot) => new SlotMove(slot, from, to));
      for (const move of moves) await move.begin();
    },
    end: async (nodes) => {
      const masters = await mastersOf(nodes);
      for (const move of moves) await move.end(masters);
    },
  },
  {
    what: 'a master of Redis dies and its replica takes its place',
    at: [0, 2],
    going: 1,
    acts: 1,
    begin: async (nodes) => {
      const [master] = await mastersOf(nodes);
      await master?.kill();
    },
    end: expectMasters,
  },
];

describeStorms('after a storm over a Redis Cluster with replicas', STORMS, () =>
  ThreeNodes.start({ IOTA_ACCESS: 'open' }, startRedisCluster({ replicas: true, endpoints: 'unknown-endpoint' })),
);
