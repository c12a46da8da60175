import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const FILE = path.resolve(import.meta.dirname, '../../bench/compare/statistics.mjs');
const { chosen, median, ratios, spread, table } = await import(pathToFileURL(FILE).href);

describe('the statistics of a comparison', () => {
  it('take the median, and leave out what is not a number', () => {
    expect(median([5, 1, 3])).toBe(3);
    expect(median([4, 1, NaN, 2, 3])).toBe(2.5);
    expect(median([])).toBeNaN();
  });

  it('take half of the interquartile range as a share of the median', () => {
    expect(spread([1, 2, 3, 4, 5])).toBeCloseTo(1 / 3);
    expect(spread([7, 7, 7])).toBe(0);
  });

  it('compare each slot with the yardstick’s neighbouring slots', () => {
    const own = [
      { i: 1, per_s: 50, cpu_per_M: 4 },
      { i: 3, per_s: 80, cpu_per_M: 2 },
    ];
    const yardstick = [
      { i: 0, per_s: 100, cpu_per_M: 1 },
      { i: 2, per_s: 300, cpu_per_M: 3 },
      // After the peer's last slot, when the yardstick has the core to itself.
      { i: 4, per_s: 900, cpu_per_M: 9 },
    ];
    expect(ratios(own, yardstick)).toEqual({ capacity: [0.5, 1.5], throughput: [0.25, 80 / 300] });
  });

  it('leave out slots without deliveries or without a neighbour', () => {
    const own = [
      { i: 1, per_s: 0, cpu_per_M: 0 },
      { i: 9, per_s: 10, cpu_per_M: 1 },
    ];
    expect(ratios(own, [{ i: 2, per_s: 10, cpu_per_M: 1 }])).toEqual({ capacity: [], throughput: [] });
  });

  it('list the known names if a name is unknown', () => {
    expect(chosen(undefined, ['a', 'b'], 'peer')).toEqual(['a', 'b']);
    expect(chosen('b', ['a', 'b'], 'peer')).toEqual(['b']);
    expect(() => chosen('a,c', ['a', 'b'], 'peer')).toThrow('no peer c; there are a, b');
  });

  it('print a table', () => {
    expect(table(['peer', 'relay'], [['ws', '0.5']])).toBe('| peer | relay |\n| --- | --: |\n| ws | 0.5 |');
  });
});
