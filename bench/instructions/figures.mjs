// Evaluates the counted instructions; nothing here reads or runs anything.

/** @param {string} dump of callgrind @returns the instructions in it */
export function instructionsOf(dump) {
  const found = /^totals: (\d+)$/m.exec(dump);
  if (!found) throw new Error('not a dump of callgrind');
  return Number(found[1]);
}

/**
 * Whether more `windows` would find nothing less: the last `patience` of them did not. The lowest one counts, since
 * whatever else the server does meanwhile (timers, compiling) only adds.
 */
export function isSettled(windows, patience) {
  const before = windows.slice(0, -patience);
  return before.length > 0 && Math.min(...before) <= Math.min(...windows.slice(-patience)) * 1.01;
}

/**
 * @param {number | undefined} expected instructions per message
 * @param {number} counted
 * @param {number} tolerance acceptable growth, as a share
 */
export function compare(expected, counted, tolerance) {
  const growth = counted / expected - 1;
  // A missing figure also counts as growth: somebody must look.
  return { growth, tooMuch: !(growth <= tolerance) };
}
