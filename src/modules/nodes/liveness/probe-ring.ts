/**
 * Whom `own` asks in turn `turn`: `count` of the others, by and by all of them. When all nodes are in the same turn, each
 * is asked as often as it asks.
 */
export function askedIn(turn: number, own: string, others: readonly string[], count: number): string[] {
  const ring = [...new Set([own, ...others])].sort();
  const place = ring.indexOf(own);
  const steps = ring.length - 1;
  return Array.from(
    { length: Math.min(count, steps) },
    (_none, n) => ring[(place + 1 + ((turn * count + n) % steps)) % ring.length] ?? own,
  );
}
