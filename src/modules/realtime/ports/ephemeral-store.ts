import { type StoreKey } from './store-key.js';

export interface LifeTime {
  /** Milliseconds until the entry is gone; without it the entry lives as long as the node that wrote it. */
  readonly ttlMs?: number;
}

/**
 * Short-lived facts shared by all nodes: codes, seats, invitations, counters. Every operation is atomic. Values survive
 * JSON and may be shared: never modify one after passing it in or receiving it. Nothing here survives the cluster; what
 * must survive belongs in Postgres.
 */
export abstract class EphemeralStore {
  abstract get<T>(key: StoreKey<T>): Promise<T | undefined>;
  /** Writes `value` unless `key` is taken. @returns whether it was written */
  abstract claim<T>(key: StoreKey<T>, value: NoInfer<T>, life?: LifeTime): Promise<boolean>;
  /** Writes `value`. @returns what was there before */
  abstract swap<T>(key: StoreKey<T>, value: NoInfer<T>, life?: LifeTime): Promise<T | undefined>;
  /**
   * Writes `value` under each of `keys`, each on its own. Meant for thousands of keys: only a few are in flight at a
   * time. A failure does not tell which were written.
   */
  abstract swapAll<T>(keys: readonly StoreKey<T>[], value: NoInfer<T>, life?: LifeTime): Promise<void>;
  /** Writes `to` if the value still equals `from` (as JSON). @returns whether it did */
  abstract replace<T>(key: StoreKey<T>, from: NoInfer<T>, to: NoInfer<T>, life?: LifeTime): Promise<boolean>;
  /** Reads and removes: exactly one of two racing callers gets the value. */
  abstract take<T>(key: StoreKey<T>): Promise<T | undefined>;
  /** Removes `key` if its value still equals `value` (as JSON). @returns whether it did */
  abstract release<T>(key: StoreKey<T>, value: NoInfer<T>): Promise<boolean>;
  /** Calls `release` for each of `keys`, in slices like `swapAll`. @returns how many were removed */
  abstract releaseAll<T>(keys: readonly StoreKey<T>[], value: NoInfer<T>): Promise<number>;
  /** Adds `by` unless the sum would exceed `limit`. @returns the new sum; `undefined` when it would */
  abstract increment(
    key: StoreKey<number>,
    by: number,
    options?: LifeTime & { limit?: number },
  ): Promise<number | undefined>;
  /**
   * Removes what node `owner` left behind: its entries without a lifetime that no other node has written since.
   * @returns how many this call removed
   */
  abstract releaseNode(owner: string): Promise<number>;
}

/** How many keys of one bulk operation are in flight at a time. */
const SLICE = 1_000;

/**
 * Runs `work` for slices of `keys`, one after the other; the first starts synchronously.
 * @returns the result of each slice
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
