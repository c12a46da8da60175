// What the counted instructions say; nothing here reads or runs anything.

/** @param {string} dump of callgrind @returns the instructions in it */
export function instructionsOf(dump) {
  const found = /^totals: (\d+)$/m.exec(dump);
  if (!found) throw new Error('not a dump of callgrind');
  return Number(found[1]);
}

/**
 * Whether `windows` are enough: the last `patience` of them took no less than those before. The one with the least is
 * what counts, since what else the server does meanwhile (timers, compiling) only ever adds.
 */
export function isSettled(windows, patience) {
  const before = windows.slice(0, -patience);
  return before.length > 0 && Math.min(...before) <= Math.min(...windows.slice(-patience)) * 1.01;
}

/** The least of the turns, and how far the furthest is above it, as a share of it. */
export function summary(turns) {
  const least = Math.min(...turns);
  return { least, spread: Math.max(...turns) / least - 1 };
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
