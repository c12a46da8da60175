import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { InboundQueue } from './inbound-queue.js';
import { LoopTurns } from './loop-turns.js';

const OFF = { rate: 0, burst: 0, hardRate: 0 };

/** An open queue, and what became of its messages: `[name, turn]`. */
function queue(limits = OFF) {
  const turns = new LoopTurns();
  const handled: [string, number][] = [];
  const ignored: string[] = [];
  const source = { paused: false };
  const inbound = new InboundQueue<{ name: string; length: number }>(turns, limits, {
    handleInbound: ({ name }) => void handled.push([name, turns.current]),
    ignoreInbound: ({ name }) => void ignored.push(name),
    pauseInbound: () => {
      source.paused = true;
    },
    resumeInbound: () => {
      source.paused = false;
    },
    onFlood: () => undefined,
  });
  inbound.open();
  return { turns, inbound, handled, ignored, source };
}

describe('InboundQueue', () => {
  it('handles a small message at once', () => {
    const { inbound, handled } = queue();
    inbound.push({ name: 'a', length: 100 });
    expect(handled).toHaveLength(1);
  });

  it('makes a large message wait for the next turn, and handles one per turn, in order with small ones', async () => {
    const { inbound, handled } = queue();
    for (const [name, length] of [
      ['large 1', 500_000],
      ['small 1', 10],
      ['large 2', 500_000],
      ['small 2', 10],
    ] as const)
      inbound.push({ name, length });
    expect(handled).toEqual([]);
    for (let turn = 0; turn < 6; turn++) await nextTurn();
    expect(handled.map(([name]) => name)).toEqual(['large 1', 'small 1', 'large 2', 'small 2']);
    expect(handled[2]?.[1]).toBeGreaterThan(handled[0]?.[1] ?? Infinity);
  });

  it('does not wait when enough time has already passed for the rate', async () => {
    const { turns, inbound, handled } = queue({ rate: 10, burst: 1, hardRate: 0 });
    inbound.push({ name: 'first', length: 10 });
    turns.now += 60_000;
    inbound.push({ name: 'large', length: 500_000 });
    await nextTurn();
    await nextTurn();
    expect(handled.map(([name]) => name)).toEqual(['first', 'large']);
  });

  it('hands back what arrives after its end', () => {
    const { inbound, handled, ignored } = queue();
    inbound.discard();
    inbound.push({ name: 'late', length: 10 });
    expect(handled).toEqual([]);
    expect(ignored).toEqual(['late']);
  });

  it('resumes its source when it is discarded, so that the end of the connection is noticed', () => {
    const { inbound, source } = queue();
    for (const name of ['a', 'b']) inbound.push({ name, length: 500_000 });
    expect(source.paused).toBe(true);
    inbound.discard();
    expect(source.paused).toBe(false);
  });

  it('resumes its source when it has ended and is empty, since the source may feed another queue', async () => {
    const { inbound, handled, source } = queue();
    for (const name of ['a', 'b']) inbound.push({ name, length: 500_000 });
    inbound.finish({ name: 'end', length: 0 });
    expect(source.paused).toBe(true);
    for (let turn = 0; turn < 4; turn++) await nextTurn();
    expect(handled.map(([name]) => name)).toEqual(['a', 'b', 'end']);
    expect(source.paused).toBe(false);
  });
});
