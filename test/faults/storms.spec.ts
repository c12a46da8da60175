import { setTimeout as sleep } from 'node:timers/promises';
import { describeStorms, type Storm } from '../support/storm.js';
import { ThreeNodes } from '../support/three-nodes.js';

/** How long a node takes to notice that it is cut off. */
const NOTICE_MS = 1_000;
const FROZEN_MS = 6_000;
/** A node that freezes for longer is declared dead, and its clients reconnect. */
const BRIEFLY_MS = 2_500;

async function restart(nodes: ThreeNodes, n: number): Promise<void> {
  nodes.server(n).kill('SIGTERM');
  await nodes.server(n).exited;
  await nodes.startNode(n);
}

const WITH_CLUSTER: readonly Storm[] = [
  {
    what: 'a master of Redis forgets everything',
    at: [0, 2],
    going: 1,
    acts: 1,
    begin: ({ redis }) => redis.servers[0]?.kill(),
    end: ({ redis }) => redis.restart(),
  },
  {
    what: 'a master of Redis freezes and resumes',
    at: [0, 2],
    going: 1,
    acts: 1,
    begin: ({ redis }) => {
      redis.servers[1]?.pause();
    },
    end: async ({ redis }) => {
      await sleep(FROZEN_MS);
      await redis.resume();
    },
  },
  {
    what: 'a master of Redis is emptied while connections stay',
    at: [0, 2],
    going: 1,
    acts: 1,
    begin: ({ redis }) => redis.servers[2]?.send('FLUSHALL'),
    end: () => undefined,
  },
];

const STORMS: readonly Storm[] = [
  {
    what: 'a node is killed',
    at: [0, 2],
    going: 1,
    acts: 2,
    begin: (nodes) => {
      nodes.server(1).kill('SIGKILL');
    },
    end: (nodes) => nodes.startNode(1),
  },
  {
    what: 'a node freezes and resumes',
    at: [0, 1],
    going: 1,
    acts: 2,
    begin: (nodes) => {
      nodes.server(0).kill('SIGSTOP');
    },
    end: async (nodes) => {
      await sleep(BRIEFLY_MS);
      nodes.server(0).kill('SIGCONT');
    },
  },
  {
    what: 'Redis freezes and resumes',
    at: [0, 2],
    going: 1,
    acts: 1,
    begin: ({ redis }) => {
      redis.pause();
    },
    end: async ({ redis }) => {
      await sleep(FROZEN_MS);
      await redis.resume();
    },
  },
  {
    what: 'Redis forgets everything',
    at: [0, 2],
    going: 1,
    acts: 1,
    begin: ({ redis }) => redis.kill(),
    end: ({ redis }) => redis.restart(),
  },
  ...(process.env['TEST_REDIS'] === 'cluster' ? WITH_CLUSTER : []),
  {
    what: 'Redis is emptied while connections stay',
    at: [0, 2],
    going: 1,
    acts: 1,
    begin: ({ redis }) => redis.flush(),
    end: () => undefined,
  },
  {
    what: 'a node is cut off from Redis',
    at: [0, 1],
    going: 1,
    acts: 1,
    begin: async (nodes) => {
      await nodes.redisCable(0).cut();
      await sleep(NOTICE_MS);
    },
    end: (nodes) => nodes.redisCable(0).open(),
  },
  {
    what: 'Postgres is away',
    at: [0, 2],
    going: 1,
    acts: 1,
    begin: ({ databaseCable }) => databaseCable.cut(),
    end: ({ databaseCable }) => databaseCable.open(),
  },
  {
    what: 'Postgres hangs and resumes',
    at: [0, 2],
    going: 1,
    acts: 1,
    begin: ({ databaseCable }) => {
      databaseCable.freeze(true);
    },
    end: async ({ databaseCable }) => {
      await sleep(FROZEN_MS);
      databaseCable.freeze(false);
    },
  },
  {
    what: 'the other nodes restart one by one',
    at: [0],
    going: 1,
    acts: 0,
    begin: (nodes) => restart(nodes, 1),
    end: (nodes) => restart(nodes, 2),
  },
];

describeStorms('after a storm over three nodes', STORMS, () => ThreeNodes.start({ IOTA_ACCESS: 'open' }));
