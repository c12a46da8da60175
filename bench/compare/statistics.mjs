// Evaluates the measured slots; nothing here reads or runs anything.

function quantile(values, share) {
  const sorted = values.filter(Number.isFinite).sort((a, b) => a - b);
  if (sorted.length === 0) return NaN;
  const at = (sorted.length - 1) * share;
  const below = sorted[Math.floor(at)];
  return below + (sorted[Math.ceil(at)] - below) * (at % 1);
}

export const median = (values) => quantile(values, 0.5);

/** Half of the interquartile range, as a share of the median. */
export const spread = (values) => (quantile(values, 0.75) - quantile(values, 0.25)) / 2 / median(values);

/**
 * A peer and the yardstick take turns: each slot of the peer is compared with the yardstick's slots before and after
 * it.
 * @param {{ i: number, per_s: number, cpu_per_M: number }[]} own slots of the peer
 * @param {{ i: number, per_s: number, cpu_per_M: number }[]} yardstick slots of the yardstick
 * @returns {{ capacity: number[], throughput: number[] }} deliveries per CPU-second and per second, as ratios
 */
export function ratios(own, yardstick) {
  const byNumber = new Map(yardstick.map((slot) => [slot.i, slot]));
  const last = own.at(-1)?.i;
  const result = { capacity: [], throughput: [] };
  for (const slot of own) {
    const beside = [slot.i - 1, slot.i + 1].filter((i) => i <= last && byNumber.has(i)).map((i) => byNumber.get(i));
    if (beside.length === 0 || !slot.per_s) continue;
    const mean = (key) => beside.reduce((sum, each) => sum + each[key], 0) / beside.length;
    result.capacity.push(mean('cpu_per_M') / slot.cpu_per_M);
    result.throughput.push(slot.per_s / mean('per_s'));
  }
  return result;
}

/**
 * @param {string} text comma-separated names
 * @param {string[]} known
 * @param {string} what they are, for the error message
 */
export function chosen(text, known, what) {
  if (text === undefined) return known;
  const names = text.split(',');
  const unknown = names.find((name) => !known.includes(name));
  if (unknown !== undefined) throw new Error(`no ${what} ${unknown}; there are ${known.join(', ')}`);
  return names;
}

/** A table in Markdown. */
export function table(head, rows) {
  const line = (cells) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map((_cell, column) => (column === 0 ? '---' : '--:'))), ...rows.map(line)].join('\n');
}
