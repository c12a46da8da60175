import { performance } from 'node:perf_hooks';
import { afterAll, afterEach, beforeAll, beforeEach, expect, it, vi } from 'vitest';
import { PresenceKind, type PresenceSet } from '../../src/modules/realtime/ports/presence-set.js';
import { RedisServer, startRedis, startRedisCluster, type TestRedis } from '../support/redis.js';
import { type RedisNode, startRedisNode } from '../support/redis-node.js';
import { describeWith } from '../support/requires.js';
import { eventually, sleep } from './node.js';

const KIND = new PresenceKind('test');
const A = KIND.of(1);
const B = KIND.of(2);

const SERVERS: readonly [string, () => Promise<TestRedis>][] = [
  ['one server', startRedis],
  ['a cluster', () => startRedisCluster()],
];

for (const [name, start] of SERVERS) {
  describeWith('redis-server', `Presence on several nodes (${name})`, () => {
    let redis: TestRedis;
    let nodes: RedisNode[];
    beforeAll(async () => {
      redis = await start();
    });
    afterAll(() => redis.stop());
    beforeEach(async () => {
      await redis.flush();
      nodes = await Promise.all([startRedisNode(redis.url), startRedisNode(redis.url), startRedisNode(redis.url)]);
    });
    afterEach(() => {
      for (const node of nodes) node.die();
    });

    const presence = (n: number) => (nodes[n] as RedisNode).presence;
    const incarnation = (n: number) => (nodes[n] as RedisNode).identity.incarnation;
    const ids = async (n: number, on: PresenceSet) => (await presence(n).list(on)).map(({ id }) => id);
    const keys = async () => {
      const all = await Promise.all(redis.servers.map((server) => server.send<string[]>('KEYS', '*')));
      return all.flat().filter((key) => !key.includes('marker'));
    };
    /** Reports of lost members, as `<node> <channel> <id>`. */
    const listen = (): string[] => {
      const lost: string[] = [];
      for (const [n, node] of nodes.entries()) {
        node.presence.onLost(KIND, (key, { id }) => void lost.push(`${n} ${KIND.of(key)} ${id}`));
      }
      return lost;
    };

    it('shows everybody on every node, in the order they came', async () => {
      for (const [n, id] of [
        [0, 'x'],
        [1, 'a'],
        [0, 'c'],
        [2, 'b'],
      ] as const) {
        expect(await presence(n).enter(A, { id, data: { from: n } })).toBe(true);
      }
      for (const n of [0, 1, 2]) expect(await ids(n, A)).toEqual(['x', 'a', 'c', 'b']);
      expect(await presence(1).get(A, 'x')).toEqual({ id: 'x', data: { from: 0 } });
      expect(await presence(2).count(A)).toBe(4);
    });

    it('accepts an id once over all nodes', async () => {
      const outcomes = await Promise.all([0, 1, 2, 0, 1, 2].map((n) => presence(n).enter(A, { id: 'x', data: n })));
      expect(outcomes.filter(Boolean)).toHaveLength(1);
      const left = await Promise.all([0, 1, 2].map((n) => presence(n).leave(A, 'x')));
      expect(left.filter((member) => member !== undefined)).toHaveLength(1);
      expect(await presence(0).enter(A, { id: 'x', data: 1 })).toBe(true);
    });

    it('leaves nothing behind in Redis once everybody has left', async () => {
      await presence(0).enter(A, { id: 'x', data: 1 });
      await presence(1).enter(A, { id: 'y', data: 1 });
      await presence(0).leave(A, 'x');
      await presence(1).leave(A, 'y');
      await eventually(async () => (await keys()).length === 0);
    });

    it('releases what a dead node left behind, and reports each member once, in the order they came', async () => {
      const lost = listen();
      for (const id of ['3', '1', '2']) await presence(0).enter(A, { id, data: id });
      await presence(0).enter(B, { id: 'b', data: null });
      await presence(1).enter(A, { id: 'stays', data: null });
      const dead = incarnation(0);
      nodes[0]?.die();
      const counts = await Promise.all([presence(1).releaseNode(dead), presence(2).releaseNode(dead)]);
      expect(counts.reduce((sum, count) => sum + count)).toBe(4);
      expect(lost.map((line) => line.slice(2)).sort()).toEqual([`${A} 1`, `${A} 2`, `${A} 3`, `${B} b`]);
      expect(await ids(1, A)).toEqual(['stays']);
      expect(await presence(2).releaseNode(dead)).toBe(0);
    });

    it('calls the handlers of a set one by one, in the order members came, even if one throws', async () => {
      const told: string[] = [];
      presence(1).onLost(KIND, async (_key, { id }) => {
        told.push(`${id} begins`);
        await sleep(5);
        told.push(`${id} ends`);
        throw new Error('planted');
      });
      presence(1).onLost(new PresenceKind('other'), () => void told.push('never'));
      for (const id of ['2', '1']) await presence(0).enter(A, { id, data: id });
      await presence(1).releaseNode(incarnation(0));
      expect(told).toEqual(['2 begins', '2 ends', '1 begins', '1 ends']);
    });

    it('leaves a member changed by another node with its own node, and moves it to a node that adopts it', async () => {
      const lost = listen();
      await presence(0).enter(A, { id: 'changed', data: 1 });
      await presence(0).enter(A, { id: 'adopted', data: 1 });
      expect(await presence(1).update(A, { id: 'changed', data: 2 })).toBe(true);
      expect(await presence(1).update(A, { id: 'adopted', data: 2 }, { adopt: true })).toBe(true);
      await presence(2).releaseNode(incarnation(0));
      expect(lost).toEqual([`2 ${A} changed`]);
      expect(await presence(2).list(A)).toEqual([{ id: 'adopted', data: 2 }]);
      await presence(2).releaseNode(incarnation(1));
      expect(await ids(2, A)).toEqual([]);
    });

    it('restores members in order and in their last state if Redis has lost its data', async () => {
      await presence(0).enter(A, { id: 'z', data: 1 });
      await presence(1).enter(A, { id: 'a', data: 1 });
      await presence(0).enter(A, { id: 'gone', data: 1 });
      await presence(0).enter(A, { id: 'm', data: 1 });
      await presence(2).leave(A, 'gone');
      await presence(1).update(A, { id: 'm', data: 2 });
      await presence(0).enter(B, { id: 'b', data: 1 });
      await presence(1).update(B, { id: 'b', data: 2 }, { adopt: true });
      await sleep(100);
      await redis.flush();
      await eventually(async () => (await ids(2, A)).length === 3 && (await ids(2, B)).length === 1, 5_000);
      await sleep(1_500);
      expect(await presence(2).list(A)).toEqual([
        { id: 'z', data: 1 },
        { id: 'a', data: 1 },
        { id: 'm', data: 2 },
      ]);
      await presence(2).releaseNode(incarnation(0));
      expect(await ids(2, A)).toEqual(['a']);
      expect(await presence(2).list(B)).toEqual([{ id: 'b', data: 2 }]);
    });

    it('keeps this node’s changes while Redis is away, and writes them once it is back', async () => {
      await presence(0).enter(A, { id: 'stays', data: 1 });
      await presence(0).enter(A, { id: 'leaves', data: 1 });
      for (const server of redis.servers) server.pause();
      await eventually(() => nodes.every(({ connection }) => !connection.up), 8_000);
      expect(await presence(0).enter(A, { id: 'comes', data: 1 })).toBe(true);
      expect(await presence(0).enter(A, { id: 'visits', data: 1 })).toBe(true);
      expect(await presence(0).leave(A, 'visits')).toEqual({ id: 'visits', data: 1 });
      expect(await presence(0).leave(A, 'leaves')).toEqual({ id: 'leaves', data: 1 });
      expect(await presence(0).update(A, { id: 'stays', data: 2 })).toBe(true);
      expect(await presence(0).get(A, 'stays')).toEqual({ id: 'stays', data: 2 });
      await expect(presence(0).list(A)).rejects.toMatchObject({ kind: 'unavailable' });
      await expect(presence(1).leave(A, 'stays')).rejects.toMatchObject({ kind: 'unavailable' });
      for (const server of redis.servers) server.resume();
      await eventually(async () => (await ids(1, A).catch(() => [])).join() === 'stays,comes', 8_000);
      expect(await presence(1).get(A, 'stays')).toEqual({ id: 'stays', data: 2 });
    });

    it('gives up what it held before the others declared it dead', async () => {
      await presence(0).enter(A, { id: 'x', data: 1 });
      await presence(1).releaseNode(incarnation(0));
      nodes[0]?.identity.reincarnate();
      expect(await presence(0).leave(A, 'x')).toBeUndefined();
      expect(await presence(0).enter(A, { id: 'x', data: 2 })).toBe(true);
      expect(await presence(1).releaseNode(incarnation(0))).toBe(1);
    });

    it('shows the heartbeats of all nodes with their age', async () => {
      const [a, b] = nodes as [RedisNode, RedisNode];
      await a.board.beat('a', 'text of a');
      await sleep(50);
      const beats = await b.board.beat('b', '{"b": 1}');
      expect(beats.map(({ incarnation: of, text }) => [of, text]).sort()).toEqual([
        ['a', 'text of a'],
        ['b', '{"b": 1}'],
      ]);
      const age = beats.find((beat) => beat.incarnation === 'a')?.age ?? 0;
      expect(age).toBeGreaterThanOrEqual(45);
      expect(age).toBeLessThan(5_000);
      await a.board.remove('a');
      expect((await b.board.beat('b', '')).map((beat) => beat.incarnation)).toEqual(['b']);
    });
  });
}

describeWith('redis-server', 'Presence with a server that saves its data only now and then', () => {
  it('restores what came after the server’s last save if it crashes', async () => {
    const server = await RedisServer.start(['--save', '3600', '1000000']);
    const url = `redis://127.0.0.1:${server.port}`;
    const [one, two] = await Promise.all([startRedisNode(url), startRedisNode(url)]);
    try {
      // From its second connection on, it has seen this data before.
      one.connection.shardOf('')?.commands.reset(new Error('planted'));
      await eventually(() => one.connection.up);
      await one.presence.enter(A, { id: 'saved', data: 1 });
      await server.send('SAVE');
      await one.presence.enter(A, { id: 'lost', data: 1 });
      const before = performance.now();
      vi.spyOn(performance, 'now').mockImplementation(() => before + 60_000);
      await server.restart();
      const ids = async (): Promise<string> => (await two.presence.list(A).catch(() => [])).map(({ id }) => id).join();
      await eventually(async () => (await ids()) === 'saved,lost', 8_000);
    } finally {
      vi.restoreAllMocks();
      one.die();
      two.die();
      await server.stop();
    }
  });
});
