/** Longer after each failure, and never the same for all: after a restart everybody comes at once. */
export function backoff(failures: number, { first, longest }: { first: number; longest: number }): number {
  return Math.min(longest, first * 2 ** failures) * (0.75 + Math.random() / 2);
}
