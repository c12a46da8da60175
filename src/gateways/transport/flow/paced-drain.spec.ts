import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { DISCONNECT } from '../../../modules/realtime/disconnect-reason.js';
import { pacedDrain } from './paced-drain.js';

interface Leaving {
  readonly number: number;
  readonly at: number;
  readonly how: 'closed' | 'terminated';
}

/** Connections that leave when told to, except the deaf ones. */
function scene(count: number, deaf = 0) {
  const start = Date.now();
  const left: Leaving[] = [];
  const connections = new Set<{ close(): void; terminate(): void }>();
  for (let number = 0; number < count; number++) {
    const go = (how: Leaving['how']) => {
      left.push({ number, at: Date.now() - start, how });
      connections.delete(connection);
    };
    const connection = {
      close: () => {
        if (number >= deaf) go('closed');
      },
      terminate: () => {
        go('terminated');
      },
    };
    connections.add(connection);
  }
  return { connections, left };
}

describe('a paced drain', () => {
  it('closes a few connections at once', async () => {
    const { connections, left } = scene(25);
    const done = pacedDrain(connections, 10_000, DISCONNECT.goingAway, new AbortController().signal);
    expect(left).toHaveLength(25);
    await done;
  });

  it('closes all at once when there is no time', async () => {
    const { connections, left } = scene(1_000);
    await pacedDrain(connections, 0, DISCONNECT.goingAway, new AbortController().signal);
    expect(left).toHaveLength(1_000);
  });

  it('gives load balancers a head start, then spreads many closes over the time, in random order', async () => {
    const { connections, left } = scene(400);
    await pacedDrain(connections, 1_000, DISCONNECT.goingAway, new AbortController().signal);
    expect(left).toHaveLength(400);
    const [first, last] = [left[0] as Leaving, left.at(-1) as Leaving];
    expect(first.at).toBeGreaterThanOrEqual(95);
    expect(last.at - first.at).toBeGreaterThanOrEqual(500);
    const numbers = left.map(({ number }) => number);
    expect(numbers).not.toEqual(numbers.toSorted((a, b) => a - b));
    expect(new Set(numbers).size).toBe(400);
  });

  it('closes and cuts off nobody else once it is undone', async () => {
    const { connections, left } = scene(400, 3);
    const undo = new AbortController();
    const done = pacedDrain(connections, 1_000, DISCONNECT.goingAway, undo.signal);
    while (left.length === 0) await sleep(5);
    undo.abort();
    const gone = left.length;
    await done;
    expect(left).toHaveLength(gone);
    expect(connections.size).toBe(400 - gone);
  });

  it('cuts off those still open when the time is up', async () => {
    const { connections, left } = scene(10, 3);
    const done = pacedDrain(connections, 200, DISCONNECT.goingAway, new AbortController().signal);
    await sleep(50);
    expect(left).toHaveLength(7);
    await done;
    expect(left.slice(7).map(({ how }) => how)).toEqual(['terminated', 'terminated', 'terminated']);
  });
});
