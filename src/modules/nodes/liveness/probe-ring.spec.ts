import { describe, expect, it } from 'vitest';
import { askedIn } from './probe-ring.js';

const nodes = (count: number): string[] => Array.from({ length: count }, (_none, n) => `node-${n}`);
const others = (own: string, all: readonly string[]): string[] => all.filter((name) => name !== own);

describe('the ring of probes', () => {
  it('asks nobody if there is nobody else, and everybody if there are few', () => {
    expect(askedIn(7, 'a', [], 3)).toEqual([]);
    for (let turn = 0; turn < 5; turn++) {
      expect(askedIn(turn, 'b', ['c', 'a'], 3).sort()).toEqual(['a', 'c']);
    }
  });

  it('asks the same number each turn, however many there are, never itself and none twice', () => {
    for (const count of [5, 30, 500]) {
      const [own = '', ...rest] = nodes(count);
      for (let turn = 0; turn < 20; turn++) {
        const asked = new Set(askedIn(turn, own, rest, 3));
        expect(asked.size).toBe(3);
        expect(asked.has(own)).toBe(false);
      }
    }
  });

  it('reaches everybody equally often', () => {
    const all = nodes(31);
    const times = new Map<string, number>();
    for (let turn = 0; turn < 10; turn++) {
      for (const name of askedIn(turn, 'node-9', others('node-9', all), 3)) times.set(name, (times.get(name) ?? 0) + 1);
    }
    expect([...times.keys()].sort()).toEqual(others('node-9', all).sort());
    expect(new Set(times.values())).toEqual(new Set([1]));
  });

  it('has each node asked as often as it asks', () => {
    const all = nodes(30);
    const asked = all.flatMap((own) => askedIn(4, own, others(own, all), 3));
    for (const name of all) expect(asked.filter((each) => each === name)).toHaveLength(3);
  });
});
