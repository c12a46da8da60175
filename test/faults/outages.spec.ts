import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { DurableScene, until } from '../support/durable-scene.js';
import { cleanUpProcesses } from '../support/process.js';
import { describeWith } from '../support/requires.js';
import { ThreeNodes } from '../support/three-nodes.js';

/** How long until everything works again after the end of an outage. */
const HEAL_MS = 5_000;
const OUTAGE_MS = 5_000;
/** Messages sent and acknowledged in any second, if all works. */
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
  // Only with a cluster.
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
    // Repairs what a failed test left broken.
    await fault?.end(nodes);
    fault = undefined;
  });
  afterAll(async () => {
    await cleanUpProcesses();
    await nodes.stop();
  });

  const soon = (condition: () => boolean, what: string, ms = 20_000) =>
    until(condition, what, ms, () => nodes.output());

  /** Readers on all nodes and active writers on two. */
  async function begin(): Promise<void> {
    let turn = 0;
    scene = await DurableScene.begin(
      () => nodes.rooms(0),
      () => nodes.nextWsUrl(),
      { writers: 9, readers: 12, window: 2, pauseMs: 50 },
      // The third node learns of messages only through Redis or the database.
      () => nodes.wsUrl(turn++ % 2),
    );
    await soon(() => scene.acked > A_FEW * 5, 'the first acknowledgements');
  }

  /** Waits until more is acknowledged, and everybody hears it. */
  async function hear(): Promise<void> {
    const before = scene.acked;
    await soon(() => scene.acked > before + A_FEW * 5, 'acknowledgements without Redis');
    const said = scene.acked;
    await soon(() => scene.readers.every(({ heard }) => heard.length >= said), 'readers that hear it without Redis');
  }

  /** Ends the fault, and expects that all is well and everybody hears everything, in time. */
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
    'continue in place while %s, even for reconnecting clients; all is well within 5 s of its return',
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
    'acknowledge late or never while %s, but never falsely; all is well within 5 s of its return',
    async (_what, chosen) => {
      await begin();
      await chosen.begin(nodes);
      fault = chosen;
      // Clients that were just reconnecting.
      await sleep(500);
      const before = scene.acked;
      for (const client of [...scene.readers.slice(6), ...scene.writers.slice(6)]) client.drop();
      await sleep(OUTAGE_MS);
      expect(scene.acked).toBe(before);
      await heal();
      expect(scene.errors.filter((code) => code !== 'database_unavailable')).toEqual([]);
      // Clients that did not leave by themselves stayed connected.
      for (const reader of scene.readers.slice(0, 6)) expect(reader.connects).toBe(1);
    },
    60_000,
  );
});
