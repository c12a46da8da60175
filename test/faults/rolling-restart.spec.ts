import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { DurableScene, type SceneOptions, until } from '../support/durable-scene.js';
import { cleanUpProcesses } from '../support/process.js';
import { describeWith } from '../support/requires.js';
import { ThreeNodes } from '../support/three-nodes.js';
import { WsClient } from '../support/ws-client.js';

const NODES = [0, 1, 2];
const DRAIN_SECONDS = 3;
/** Sockets on a node that stops; 2,000 with the environment variable. */
const SOCKETS = Number(process.env['DRAIN_SOCKETS'] ?? 500);
/** Publishers that lose their socket before the answer. */
const PUBLISHERS = 40;

describeWith('redis-server', 'three nodes that are restarted one by one', () => {
  let nodes: ThreeNodes;
  let scene: DurableScene | undefined;

  beforeAll(async () => {
    nodes = await ThreeNodes.start({ DRAIN_SECONDS: `${DRAIN_SECONDS}` });
  }, 300_000);
  afterEach(() => scene?.stop());
  afterAll(async () => {
    await cleanUpProcesses();
    await nodes.stop();
  });

  async function begin(address: () => string, options: SceneOptions): Promise<DurableScene> {
    scene = await DurableScene.begin(() => nodes.rooms(1), address, options);
    return scene;
  }

  const soon = (condition: () => boolean, what: string) => until(condition, what, 30_000, () => nodes.output());

  it('neither lose nor duplicate messages in durable rooms, and keep their order', async () => {
    const said = await begin(() => nodes.nextWsUrl(), { writers: 10, readers: 20, window: 4, pauseMs: 50 });
    await soon(() => said.acked > 100, 'the first acknowledgements');
    for (const n of NODES) {
      const before = said.acked;
      nodes.server(n).kill('SIGTERM');
      expect(await nodes.server(n).exited).toEqual({ code: 0, signal: null });
      // The others keep serving while it is away.
      await soon(() => said.acked > before + 50, 'acknowledgements by the others');
      await nodes.startNode(n);
      await soon(() => said.acked > before + 200, 'acknowledgements afterwards');
    }
    said.finish();
    await soon(() => said.done, 'the last acknowledgements');
    const kept = await said.expectTruth();
    expect(kept.length).toBe(said.acked);
    expect(said.errors).toEqual([]);
    for (const client of [...said.readers, ...said.writers]) {
      // Each was on a node when that stopped; those that got a close code were told to reconnect.
      expect(client.connects).toBeGreaterThan(1);
      expect(new Set(client.closes.map(({ code }) => code))).toEqual(new Set([1012]));
    }
  }, 180_000);

  it('store a message once if it is repeated on another node because the socket closed before the answer', async () => {
    const [rooms] = await Promise.all(NODES.map((n) => nodes.rooms(n)));
    const app = await rooms!.application();
    await rooms!.room(app, 'again', { durable: true });
    const offsets = await Promise.all(
      Array.from({ length: PUBLISHERS }, async (_each, i) => {
        const { code } = await rooms!.endpoint(app, 'again', 'write', `w${i}`);
        const at = (n: number) => WsClient.open(`${nodes.wsUrl(n % 3)}/ws/endpoint/${code}/?acks=1`);
        const message = { message: `m${i}`, id: 'the same' };
        const [first, second] = [await at(i), await at(i + 1)];
        first.send(message);
        // Before, during and after storing; the fourth does not wait for anything.
        if (i % 4 < 3) await sleep((i % 20) * 2);
        first.socket.terminate();
        second.send(message);
        const { ack, offset } = await second.next();
        expect(ack).toBe('the same');
        const third = await at(i + 2);
        third.send(message);
        expect(await third.next()).toMatchObject({ ack, offset });
        await Promise.all([second.close(), third.close()]);
        return offset as number;
      }),
    );
    expect(offsets.toSorted((a, b) => a - b)).toEqual(offsets.map((_each, i) => i + 1));
    const { body } = await rooms!.as(app, 'GET', 'rooms/again/messages?limit=200');
    expect(body.items).toHaveLength(PUBLISHERS);
    for (const [i, offset] of offsets.entries()) expect(body.items[offset - 1]).toMatchObject({ message: `m${i}` });
  }, 60_000);

  it('close many sockets gradually, after readiness has changed; they reconnect elsewhere and miss nothing', async () => {
    let gone = false;
    const scene = await begin(() => (gone ? nodes.nextWsUrl() : nodes.wsUrl(0)), {
      writers: 2,
      readers: SOCKETS,
      window: 1,
      pauseMs: 200,
    });
    await soon(() => scene.readers.every(({ heard }) => heard.length > 0), 'readers that hear something');
    gone = true;
    nodes.server(0).kill('SIGTERM');
    let unready = 0;
    while (unready === 0) if ((await nodes.readiness(0))?.http === 503) unready = Date.now();
    const { code } = await nodes.server(0).exited;
    expect(code).toBe(0);
    await soon(() => scene.readers.every(({ connects }) => connects === 2), 'readers that are back');
    scene.finish();
    await soon(() => scene.done, 'the last acknowledgements');
    await scene.expectTruth();
    const closes = scene.readers.flatMap((reader) => reader.closes);
    expect(new Set(closes.map((each) => each.code))).toEqual(new Set([1012]));
    expect(closes).toHaveLength(SOCKETS);
    const times = closes.map(({ at }) => at).toSorted((a, b) => a - b);
    const [first, last] = [times[0] as number, times.at(-1) as number];
    expect(first).toBeGreaterThanOrEqual(unready);
    expect(last - first).toBeGreaterThan(DRAIN_SECONDS * 200);
    await nodes.startNode(0);
  }, 120_000);
});
