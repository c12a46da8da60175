import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { DurableScene, until } from '../support/durable-scene.js';
import { cleanUpProcesses } from '../support/process.js';
import { describeWith } from '../support/requires.js';
import { paintCircle } from '../support/storm-pictures/circles.js';
import { paintLobby } from '../support/storm-pictures/lobby.js';
import { paintCall } from '../support/storm-pictures/omikron.js';
import { agree, type Picture } from '../support/storm-pictures/picture.js';
import { paintRoom } from '../support/storm-pictures/rooms.js';
import { paintSession } from '../support/storm-pictures/services.js';
import { ThreeNodes } from '../support/three-nodes.js';

/** How long until every client's picture is right after everything is back. */
const HEAL_MS = 5_000;
/** How long until nodes have recovered, and have declared dead nodes dead. */
const WELL_MS = 30_000;
/** How long a node takes to notice that it is cut off. */
const NOTICE_MS = 1_000;
const FROZEN_MS = 6_000;
/** A node that freezes for longer is declared dead, and its clients reconnect. */
const BRIEFLY_MS = 2_500;

interface Storm {
  readonly what: string;
  /** The nodes of clients that stay and listen, and of those that come and go. */
  readonly at: readonly number[];
  readonly going: number;
  /** The node on which something happens meanwhile. */
  readonly acts: number;
  begin(nodes: ThreeNodes): unknown;
  end(nodes: ThreeNodes): unknown;
}

async function restart(nodes: ThreeNodes, n: number): Promise<void> {
  nodes.server(n).kill('SIGTERM');
  await nodes.server(n).exited;
  await nodes.startNode(n);
}

const ONE_MASTER: Storm = {
  what: 'a master of Redis forgets everything',
  at: [0, 2],
  going: 1,
  acts: 1,
  begin: ({ redis }) => redis.servers[0]?.kill(),
  end: ({ redis }) => redis.restart(),
};

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
  // Only with a cluster.
  ...(process.env['TEST_REDIS'] === 'cluster' ? [ONE_MASTER] : []),
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

describeWith('redis-server', 'after a storm over three nodes', () => {
  let nodes: ThreeNodes;
  let pictures: Picture[] = [];
  let scene: DurableScene | undefined;
  let storm: Storm | undefined;

  beforeAll(async () => {
    nodes = await ThreeNodes.start({ IOTA_ACCESS: 'open' });
  }, 300_000);
  afterEach(async () => {
    await scene?.stop();
    await Promise.all(pictures.map(async (picture) => picture.close()));
    pictures = [];
  });
  afterAll(async () => {
    await cleanUpProcesses();
    await nodes.stop();
  });

  it.each(STORMS.map((each) => [each.what, each] as const))(
    'all clients know the true state, and nothing durable is lost or duplicated: %s',
    async (_what, each) => {
      storm = each;
      await nodes.well(WELL_MS);
      for (const paint of [paintSession, paintRoom, paintLobby, paintCircle, paintCall]) {
        pictures.push(await paint(nodes, storm.at, storm.going));
      }
      for (const picture of pictures) await agree(picture, HEAL_MS);
      let turn = 0;
      const address = () => nodes.wsUrl(turn++ % 3);
      scene = await DurableScene.begin(() => nodes.rooms(0), address, { writers: 3, readers: 3, pauseMs: 20 });
      await until(() => (scene?.acked ?? 0) > 50, 'a scene that is under way');
      await storm.begin(nodes);
      await Promise.all(pictures.map((picture) => picture.act(each.acts)));
      await storm.end(nodes);
      await nodes.well(WELL_MS);
      await nodes.know(3);
      const took = await Promise.all(pictures.map(async (picture) => `${picture.of} ${await agree(picture, HEAL_MS)}`));
      process.stderr.write(`pictures after ${storm.what}: ${took.join(', ')} ms\n`);
      scene.finish();
      await until(() => scene?.done === true, 'a scene that is done');
      expect((await scene.expectTruth()).length).toBeGreaterThan(50);
    },
    180_000,
  );
});
