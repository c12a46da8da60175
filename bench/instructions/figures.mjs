// What the counted instructions say; nothing here reads or runs anything.

/** @param {string} dump of callgrind @returns the instructions in it */
export function instructionsOf(dump) {
  const found = /^totals: (\d+)$/m.exec(dump);
  if (!found) throw new Error('not a dump of callgrind');
  return Number(found[1]);
}

/** Of windows, the one with the least: what else the server does meanwhile (timers, compiling) only ever adds. */
export function perMessage(windows, messages) {
  return Math.min(...windows) / messages;
}

/** The mean of the turns, and how far the furthest is from it, as a share of it. */
export function summary(turns) {
  const mean = turns.reduce((sum, turn) => sum + turn, 0) / turns.length;
  return { mean, spread: Math.max(...turns.map((turn) => Math.abs(turn - mean))) / mean };
}

/**
 * @param {number | undefined} expected instructions per message
 * @param {number} counted
 * @param {number} tolerance growth that is let pass, as a share
 */
export function compare(expected, counted, tolerance) {
  const growth = counted / expected - 1;
  // Without a figure it has grown, too: somebody has to look.
  return { growth, tooMuch: !(growth <= tolerance) };
}
