import { type MetricsHistoryDto } from '@switchboard/client/rest';
import { describe, expect, it } from 'vitest';
import { merged } from '../../web/console/data/live/samples.js';

const START = Date.parse('2026-01-01T12:00:00.000Z');

/** Samples of steps from number `first` on. */
const history = (first: number, values: (number | null)[], name = 'connections'): MetricsHistoryDto => ({
  from: new Date(START + first * 10_000).toISOString(),
  stepSeconds: 10,
  nodes: 1,
  missing: [],
  series: [{ name, label: 'rooms', node: null, values }],
});
const hour = (last: number): MetricsHistoryDto =>
  history(
    last - 359,
    Array.from({ length: 360 }, (_, n) => last - 359 + n),
  );
const valuesOf = ({ series }: MetricsHistoryDto, name = 'connections') =>
  series.find((each) => each.name === name)!.values;

describe('samples on the screen', () => {
  it('cover the last hour by time, however many arrive at once', () => {
    const known = merged(undefined, hour(1_000));
    const next = merged(known, history(1_000, [1_000, 1_001]));
    expect(valuesOf(next)).toEqual(valuesOf(hour(1_001)));
    expect(next.from).toBe(hour(1_001).from);
    const later = merged(next, history(1_002, [1_002, 1_003, 1_004]));
    expect(valuesOf(later)).toEqual(valuesOf(hour(1_004)));
  });

  it('accept late samples, and lose nothing to missing ones', () => {
    const known = merged(hour(1_000), history(1_000, [900, null]));
    expect(valuesOf(known).slice(-3)).toEqual([999, 900, null]);
    expect(valuesOf(merged(known, history(1_001, [1_001]))).slice(-3)).toEqual([999, 900, 1_001]);
    // An old frame does not move time back.
    expect(merged(known, history(999, [1])).from).toBe(known.from);
  });

  it('have a gap where no samples came, and series that start later', () => {
    const known = merged(hour(1_000), history(1_003, [5], 'closes'));
    expect(valuesOf(known).slice(-4)).toEqual([1_000, null, null, null]);
    expect(valuesOf(known, 'closes').slice(-2)).toEqual([null, 5]);
    expect(valuesOf(known, 'closes')).toHaveLength(360);
  });
});
