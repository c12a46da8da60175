import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { cleanUpProcesses } from '../support/process.js';
import { describeWith } from '../support/requires.js';
import { type Scene, sceneOfAll } from '../support/taken-away.js';
import { ThreeNodes } from '../support/three-nodes.js';

/** How long until it has ended while Redis is away, and once it is back. */
const AWAY_MS = 10_000;
const BACK_MS = 2_000;
const HEAL_MS = 15_000;

/** The node with the connections, and the node that takes access away. */
const AT = 2;
const FROM = 0;

interface Cut {
  readonly what: string;
  readonly nodes: readonly number[];
}

const CUTS: readonly Cut[] = [
  { what: 'the node they are on', nodes: [AT] },
  { what: 'the node it is done on', nodes: [FROM] },
  { what: 'all nodes', nodes: [0, 1, 2] },
];

describeWith('redis-server', 'access that is taken away', () => {
  let nodes: ThreeNodes;
  let scene: Scene;

  beforeAll(async () => {
    nodes = await ThreeNodes.start();
  }, 300_000);
  afterEach(async () => {
    await scene.hangUp();
  });
  afterAll(async () => {
    await cleanUpProcesses();
    await nodes.stop();
  });

  const at = (n: number) => ({ url: nodes.url(n), wsUrl: nodes.wsUrl(n) });
  const open = (cut: Cut) => Promise.all(cut.nodes.map((n) => nodes.redisCable(n).open()));

  async function begin(cut: Cut): Promise<void> {
    await nodes.well(HEAL_MS);
    scene = await sceneOfAll(at(AT), at(FROM));
    for (const n of cut.nodes) await nodes.redisCable(n).cut();
  }

  /** What each of them saw of its end within `ms` from now. */
  async function expectEnds(ms: number): Promise<void> {
    const late = sleep(ms, 'still there');
    const ends = await Promise.all(
      scene.connected.map(async ({ what, end }) => [what, await Promise.race([end, late])] as const),
    );
    expect(Object.fromEntries(ends)).toEqual(
      Object.fromEntries(scene.connected.map(({ what, expected }) => [what, expected])),
    );
  }

  async function expectRefusals(): Promise<void> {
    const { endpoint, ticket, ...others } = await scene.comeBack();
    expect([endpoint, ticket]).toEqual([403, 401]);
    expect(Object.entries(others).filter(([, status]) => status !== 401)).toEqual([]);
    expect(Object.keys(others)).toHaveLength(6);
  }

  it.each([0, 1, 2])(
    'ends at once while all is well, on node %i',
    async (n) => {
      await nodes.well(HEAL_MS);
      scene = await sceneOfAll(at(n), at(FROM));
      const acts: number[] = [];
      const ends: number[] = [];
      const noted = scene.connected.map(({ end }) => end.then(() => ends.push(performance.now())));
      for (const act of scene.acts) {
        acts.push(performance.now());
        await act();
      }
      await expectEnds(HEAL_MS);
      await Promise.all(noted);
      // Counted from the request, as seen by whoever revokes.
      const took = ends.map((end) => Math.round(end - Math.max(...acts.filter((begun) => begun <= end))));
      const [median, last] = [0.5, 1].map((part) => took.sort((a, b) => a - b).at(Math.ceil(part * took.length) - 1));
      await expectRefusals();
      process.stderr.write(`taken away on node ${n}: ${took.length} ends, median ${median} ms, last ${last} ms\n`);
    },
    120_000,
  );

  it.each(CUTS.map((cut) => [cut.what, cut] as const))(
    'ends without Redis, which %s cannot reach',
    async (_what, cut) => {
      await begin(cut);
      try {
        await Promise.all(scene.acts.map((act) => act()));
        await expectEnds(AWAY_MS);
      } finally {
        await open(cut);
      }
    },
    120_000,
  );

  it.each(CUTS.map((cut) => [cut.what, cut] as const))(
    'has ended, and is refused, soon after Redis is back, which %s could not reach',
    async (_what, cut) => {
      await begin(cut);
      try {
        await Promise.all(scene.acts.map((act) => act()));
      } finally {
        await open(cut);
      }
      await nodes.well(HEAL_MS);
      await expectEnds(BACK_MS);
      await expectRefusals();
    },
    120_000,
  );
});
