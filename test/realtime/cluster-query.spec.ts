import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Logger } from '@nestjs/common';
import { LossyBus } from '../support/lossy-bus.js';
import { ClusterQuery } from '../../src/modules/realtime/fan-out/cluster-query.js';
import { Hub } from '../../src/modules/realtime/fan-out/hub.js';
import { topic } from '../../src/modules/realtime/fan-out/topic.js';
import { NodeIdentity } from '../../src/modules/realtime/node-identity.js';

const DOUBLE = topic<number, { name: string; twice: number }>('double');
const NEWS = topic<string, unknown>('news');

describe('ClusterQuery', () => {
  let bus: LossyBus;
  let nodes: { name: string; query: ClusterQuery }[];

  beforeEach(async () => {
    Logger.overrideLogger(false);
    bus = new LossyBus();
    nodes = [];
    for (let n = 0; n < 3; n++) {
      const identity = new NodeIdentity();
      const query = new ClusterQuery(new Hub(bus.node()), identity);
      await query.onModuleInit();
      nodes.push({ name: identity.name, query });
    }
    for (const { name, query } of nodes) {
      query.setPeers(new Set(nodes.map((other) => other.name).filter((other) => other !== name)));
      query.answer(DOUBLE, (n) => ({ name, twice: n * 2 }));
    }
  });
  afterEach(() => vi.useRealTimers());

  const node = (n: number) => nodes[n] as (typeof nodes)[number];

  it('collects an answer from every node, including its own', async () => {
    const { answers, missing } = await node(0).query.ask(DOUBLE, 21);
    expect(missing).toEqual([]);
    expect(new Set(answers.map((answer) => answer.node))).toEqual(new Set(nodes.map(({ name }) => name)));
    for (const answer of answers) expect(answer.value).toEqual({ name: answer.node, twice: 42 });
  });

  it('asks a single node', async () => {
    const { name } = node(2);
    expect(await node(0).query.ask(DOUBLE, 1, { node: name })).toEqual({
      answers: [{ node: name, value: { name, twice: 2 } }],
      missing: [],
    });
  });

  it('names the nodes that do not answer in time, and ignores late answers', async () => {
    bus.fate = (from) => (from === 1 ? 80 : 0);
    const { answers, missing } = await node(0).query.ask(DOUBLE, 1, { timeoutMs: 30 });
    expect(missing).toEqual([node(1).name]);
    expect(answers).toHaveLength(2);
    await new Promise((resolve) => setTimeout(resolve, 80));
    expect(answers).toHaveLength(2);
  });

  it('names a node that failed to answer, or does not know the question', async () => {
    node(1).query.answer(DOUBLE, () => Promise.reject(new Error('planted')));
    expect((await node(0).query.ask(DOUBLE, 1, { timeoutMs: 30 })).missing).toEqual([node(1).name]);
    expect((await node(0).query.ask(topic<number, number>('unknown'), 1, { timeoutMs: 30 })).missing).toHaveLength(3);
  });

  it('notifies the others, but not itself', () => {
    const heard: unknown[] = [];
    for (const [n, { query }] of nodes.entries()) query.answer(NEWS, (payload) => void heard.push([n, payload]));
    node(1).query.tell(NEWS, 'x');
    expect(heard).toEqual([
      [0, 'x'],
      [2, 'x'],
    ]);
  });
});
