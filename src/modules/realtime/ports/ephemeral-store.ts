/** A value that survives JSON. Nobody may change it once it was handed over or received: it may be shared. */
export type EphemeralValue = string | number | boolean | null | { [key: string]: unknown } | unknown[];

export interface LifeTime {
  /** Milliseconds until the entry is gone; without it the entry lives as long as the node that wrote it. */
  readonly ttlMs?: number;
}

/**
 * Short-lived facts shared by all nodes: codes, seats, invitations, counters. Every operation is atomic.
 * Nothing here survives the cluster; what must survive belongs in Postgres.
 */
export abstract class EphemeralStore {
  abstract get<T extends EphemeralValue>(key: string): Promise<T | undefined>;
  /** Writes `value` unless `key` is taken. @returns whether it was written */
  abstract claim(key: string, value: EphemeralValue, life?: LifeTime): Promise<boolean>;
  /** Writes `value`. @returns what was there before */
  abstract swap<T extends EphemeralValue>(key: string, value: EphemeralValue, life?: LifeTime): Promise<T | undefined>;
  /**
   * Writes `value` under each of `keys`, each by itself: for thousands, with few of them under way at a time.
   * What it throws says nothing of which were written.
   */
  abstract swapAll(keys: readonly string[], value: EphemeralValue, life?: LifeTime): Promise<void>;
  /** Writes `to` if the value still equals `from` (as JSON). @returns whether it did */
  abstract replace(key: string, from: EphemeralValue, to: EphemeralValue, life?: LifeTime): Promise<boolean>;
  /** Reads and removes: exactly one of two racing callers gets the value. */
  abstract take<T extends EphemeralValue>(key: string): Promise<T | undefined>;
  /** Removes `key` if its value still equals `value` (as JSON). @returns whether it did */
  abstract release(key: string, value: EphemeralValue): Promise<boolean>;
  /** Does `release` for each of `keys`, as `swapAll` writes them. @returns how many it removed */
  abstract releaseAll(keys: readonly string[], value: EphemeralValue): Promise<number>;
  /** Adds `by` unless the sum would exceed `limit`. @returns the new sum, `undefined` when the limit forbade it */
  abstract increment(key: string, by: number, options?: LifeTime & { limit?: number }): Promise<number | undefined>;
  /**
   * Removes what node `owner` left behind: its entries without a life time that no other node has written since.
   * @returns how many this call removed
   */
  abstract releaseNode(owner: string): Promise<number>;
}

/** Keys of one bulk operation that are under way at a time. */
const SLICE = 1_000;

/**
 * Does `work` for slices of `keys`, one slice after the other; the first before this returns.
 * @returns what each slice came to
 */
export async function inSlices<T, K = string>(
  keys: readonly K[],
  work: (slice: readonly K[]) => Promise<T>,
  size = SLICE,
): Promise<T[]> {
  const results: T[] = [];
  for (let at = 0; at < keys.length; at += size) results.push(await work(keys.slice(at, at + size)));
  return results;
}

export const sum = (counts: readonly number[]): number => counts.reduce((total, count) => total + count, 0);
