import { readFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it } from 'vitest';

const FOLDER = path.resolve(import.meta.dirname, '../../bench/instructions');
const { compare, instructionsOf, isSettled } = await import(pathToFileURL(path.join(FOLDER, 'figures.mjs')).href);
const { WORKLOADS } = await import(pathToFileURL(path.join(FOLDER, 'workloads.mjs')).href);

describe('counted instructions', () => {
  it('are read from callgrind’s dump', () => {
    expect(instructionsOf('# callgrind format\nevents: Ir\nsummary: 12\n\nfn=(1) main\n0 7\ntotals: 22069532\n')).toBe(
      22_069_532,
    );
    expect(() => instructionsOf('summary: 12\n')).toThrow('not a dump of callgrind');
  });

  it('have settled once no window takes less', () => {
    expect(isSettled([], 3)).toBe(false);
    expect(isSettled([900, 500, 100], 3)).toBe(false);
    expect(isSettled([900, 100, 120, 500, 99.5], 3)).toBe(true);
    expect(isSettled([900, 100, 120, 500, 98], 3)).toBe(false);
  });

  it('may shrink, and grow up to the tolerance', () => {
    expect(compare(100, 60, 0.15)).toEqual({ growth: -0.4, tooMuch: false });
    expect(compare(200, 230, 0.15).tooMuch).toBe(false);
    expect(compare(200, 231, 0.15)).toEqual({ growth: expect.closeTo(0.155), tooMuch: true });
  });

  it('count as grown if there is no figure', () => {
    expect(compare(undefined, 60, 0.15).tooMuch).toBe(true);
  });

  it('have a figure for every workload', () => {
    const { instructions } = JSON.parse(readFileSync(path.join(FOLDER, 'figures.json'), 'utf8'));
    expect(Object.keys(instructions)).toEqual(Object.keys(WORKLOADS));
  });
});
