import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { DurableScene, until } from '../support/durable-scene.js';
import { cleanUpProcesses } from '../support/process.js';
import { describeWith } from '../support/requires.js';
import { ThreeNodes } from '../support/three-nodes.js';

/** By when everything works again after what was away is back. */
const HEAL_MS = 5_000;
const OUTAGE_MS = 5_000;
/** Said and acknowledged in any second of it, if it works. */
const A_FEW = 20;

interface Fault {
  readonly what: string;
  begin(nodes: ThreeNodes): Promise<void> | void;
  end(nodes: ThreeNodes): Promise<void> | void;
}

const ONE_MASTER: Fault = {
  what: 'a master of Redis is killed',
  begin: ({ redis }) => redis.servers[0]?.kill(),
  end: ({ redis }) => redis.restart(),
};

const REDIS: Fault[] = [
  { what: 'Redis is killed', begin: ({ redis }) => redis.kill(), end: ({ redis }) => redis.restart() },
  // Of a cluster only.
  ...(process.env['TEST_REDIS'] === 'cluster' ? [ONE_MASTER] : []),
  {
    what: 'Redis hangs',
    begin: ({ redis }) => {
      redis.pause();
    },
    end: ({ redis }) => redis.resume(),
  },
];

const POSTGRES: Fault[] = [
  {
    what: 'Postgres is gone',
    begin: ({ databaseCable }) => databaseCable.cut(),
    end: async ({ databaseCable }) => {
      await databaseCable.open();
    },
  },
  {
    what: 'Postgres hangs',
    begin: ({ databaseCable }) => {
      databaseCable.freeze(true);
    },
    end: ({ databaseCable }) => {
      databaseCable.freeze(false);
    },
  },
];

const titled = (faults: Fault[]) => faults.map((fault) => [fault.what, fault] as const);

describeWith('redis-server', 'durable rooms on three nodes', () => {
  let nodes: ThreeNodes;
  let scene: DurableScene;
  let fault: Fault | undefined;

  beforeAll(async () => {
    nodes = await ThreeNodes.start();
  }, 300_000);
  afterEach(async () => {
    await scene.stop();
    // Whatever a test that failed left broken.
    await fault?.end(nodes);
    fault = undefined;
  });
  afterAll(async () => {
    await cleanUpProcesses();
    await nodes.stop();
  });

  const soon = (condition: () => boolean, what: string, ms = 20_000) =>
    until(condition, what, ms, () => nodes.output());

  /** Readers on all nodes and writers on two, who are at it. */
  async function begin(): Promise<void> {
    let turn = 0;
    scene = await DurableScene.begin(
      () => nodes.rooms(0),
      () => nodes.nextWsUrl(),
      { writers: 9, readers: 12, window: 2, pauseMs: 50 },
      // On the third node nothing but Redis or the database tells of a message.
      () => nodes.wsUrl(turn++ % 2),
    );
    await soon(() => scene.acked > A_FEW * 5, 'the first acknowledgements');
  }

  /** More is acknowledged, and everybody hears it. */
  async function hear(): Promise<void> {
    const before = scene.acked;
    await soon(() => scene.acked > before + A_FEW * 5, 'acknowledgements without Redis');
    const said = scene.acked;
    await soon(() => scene.readers.every(({ heard }) => heard.length >= said), 'readers that hear it without Redis');
  }

  /** Ends the fault: all well, and everybody hears what is said, in time. */
  async function heal(): Promise<void> {
    await fault?.end(nodes);
    fault = undefined;
    const back = Date.now();
    const before = scene.acked;
    await Promise.all([
      nodes.well(HEAL_MS),
      soon(() => scene.acked > before + A_FEW, 'acknowledgements after the return', HEAL_MS),
    ]);
    const said = scene.acked;
    const left = HEAL_MS - (Date.now() - back);
    await soon(() => scene.readers.every(({ heard }) => heard.length >= said), 'readers that have heard it', left);
    scene.finish();
    await soon(() => scene.done, 'the last acknowledgements');
    const kept = await scene.expectTruth();
    expect(kept).toHaveLength(scene.acked);
  }

  it.each(titled(REDIS))(
    'go on where they are while %s, for who comes back, too; all is well within 5 s of its return',
    async (_what, chosen) => {
      await begin();
      await chosen.begin(nodes);
      fault = chosen;
      await sleep(OUTAGE_MS);
      await hear();
      for (const client of [...scene.readers.slice(6), ...scene.writers.slice(6)]) client.drop();
      await hear();
      await heal();
      expect(scene.errors).toEqual([]);
    },
    60_000,
  );

  it.each(titled(POSTGRES))(
    'acknowledge late or never while %s, and nothing falsely; all is well within 5 s of its return',
    async (_what, chosen) => {
      await begin();
      await chosen.begin(nodes);
      fault = chosen;
      // What was on its way back.
      await sleep(500);
      const before = scene.acked;
      for (const client of [...scene.readers.slice(6), ...scene.writers.slice(6)]) client.drop();
      await sleep(OUTAGE_MS);
      expect(scene.acked).toBe(before);
      await heal();
      expect(scene.errors.filter((code) => code !== 'database_unavailable')).toEqual([]);
      // Who did not come and go itself stayed where it was.
      for (const reader of scene.readers.slice(0, 6)) expect(reader.connects).toBe(1);
    },
    60_000,
  );
});
