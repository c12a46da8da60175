import { number } from '../content/format.js';

/** One line of a chart: values at even steps, the oldest first; `null` where there was nothing to measure. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
}

const known = (values: Line['values']): number[] => values.filter((value) => value !== null);

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

export const peakOf = (lines: readonly Line[]): number =>
  lines.reduce((peak, { values }) => known(values).reduce((most, value) => Math.max(most, value), peak), 0);

/** At most `most` lines, the highest first; the last one is the sum of the others. */
export function highest(lines: readonly Line[], most: number): readonly Line[] {
  const sorted = [...lines].sort((a, b) => peakOf([b]) - peakOf([a]));
  if (sorted.length <= most) return sorted;
  const rest = sorted.slice(most - 1);
  const values = rest[0]?.values.map((_value, i) => {
    const here = known(rest.map((line) => line.values[i] ?? null));
    return here.length === 0 ? null : here.reduce((sum, value) => sum + value, 0);
  });
  return [...sorted.slice(0, most - 1), { name: `${rest.length} others`, values: values ?? [] }];
}

/** The next round number for a chart's axis: 1, 2 or 5 with zeros. */
export function roundUp(value: number): number {
  if (value <= 0) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return ([1, 2, 5, 10].find((step) => step * power >= value * 0.999_999) ?? 10) * power;
}

/** The course of a line, in words. */
function trendOf({ name, values }: Line): string {
  const all = known(values);
  const quarter = Math.ceil(all.length / 4);
  if (quarter === 0) return `${name} without values`;
  const before = mean(all.slice(0, quarter));
  const after = mean(all.slice(-quarter));
  const peak = Math.max(...all);
  if (peak === 0) return `${name} always 0`;
  if (Math.abs(after - before) <= peak / 10) return `${name} steady at about ${number(after)}, at most ${number(peak)}`;
  const verb = after > before ? 'rose' : 'fell';
  return `${name} ${verb} from about ${number(before)} to ${number(after)}, at most ${number(peak)}`;
}

/** What a chart shows, for those who cannot see it. */
export const sentence = (title: string, unit: string, lines: readonly Line[]): string =>
  lines.length === 0
    ? `${title}: nothing within this time.`
    : `${title}, ${unit}: ${lines.map((line) => trendOf(line)).join('; ')}.`;

/** The points of a line's strokes in a field of this size, with gaps where values are missing. */
export function strokes(values: Line['values'], top: number, width: number, height: number): readonly string[] {
  const step = width / Math.max(1, values.length - 1);
  const found: string[][] = [[]];
  for (const [i, value] of values.entries()) {
    if (value === null) found.push([]);
    else found.at(-1)?.push(`${(i * step).toFixed(1)},${(height - (value / top) * height).toFixed(1)}`);
  }
  // A value between two gaps is drawn as a dot: a line from it to itself.
  return found
    .filter(({ length }) => length > 0)
    .map((points) => (points[1] ? points : [...points, ...points]).join(' '));
}

export interface Row {
  /** When its last step ended, in milliseconds since the epoch. */
  readonly at: number;
  /** The mean of each line, in their order. */
  readonly means: readonly (number | null)[];
}

/** The lines as rows of `size` steps each, the newest first. */
export function rowsOf(lines: readonly Line[], from: number, stepMs: number, size: number): readonly Row[] {
  const length = lines[0]?.values.length ?? 0;
  const rows: Row[] = [];
  for (let end = length; end > 0; end -= size) {
    const means = lines.map(({ values }) => {
      const here = known(values.slice(Math.max(0, end - size), end));
      return here.length === 0 ? null : mean(here);
    });
    rows.push({ at: from + (end - 1) * stepMs, means });
  }
  return rows;
}
