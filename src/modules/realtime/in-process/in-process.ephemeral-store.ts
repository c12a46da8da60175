import { isDeepStrictEqual } from 'node:util';
import { type MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { EphemeralStore, type LifeTime } from '../ports/ephemeral-store.js';
import { type StoreKey } from '../ports/store-key.js';

interface Entry {
  readonly value: unknown;
  /** By the monotonic clock; Infinity = as long as the process lives. */
  readonly expiresAt: number;
}

/** Expired entries are dropped on access, and swept at most once in this time. */
const SWEEP_MS = 10_000;

/** One node: entries live in this process. */
export class InProcessEphemeralStore extends EphemeralStore {
  private readonly entries = new Map<string, Entry>();
  private nextSweep = 0;

  constructor(private readonly clock: MonotonicClock) {
    super();
  }

  get<T>(key: StoreKey<T>): Promise<T | undefined> {
    return Promise.resolve(this.read(key) as T | undefined);
  }

  claim<T>(key: StoreKey<T>, value: NoInfer<T>, life?: LifeTime): Promise<boolean> {
    if (this.read(key) !== undefined) return Promise.resolve(false);
    this.write(key, value, life);
    return Promise.resolve(true);
  }

  swap<T>(key: StoreKey<T>, value: NoInfer<T>, life?: LifeTime): Promise<T | undefined> {
    const before = this.read(key);
    this.write(key, value, life);
    return Promise.resolve(before as T | undefined);
  }

  swapAll<T>(keys: readonly StoreKey<T>[], value: NoInfer<T>, life?: LifeTime): Promise<void> {
    for (const key of keys) this.write(key, value, life);
    return Promise.resolve();
  }

  replace<T>(key: StoreKey<T>, from: NoInfer<T>, to: NoInfer<T>, life?: LifeTime): Promise<boolean> {
    const held = this.read(key);
    const same = held !== undefined && isDeepStrictEqual(held, from);
    if (same) this.write(key, to, life);
    return Promise.resolve(same);
  }

  take<T>(key: StoreKey<T>): Promise<T | undefined> {
    const value = this.read(key);
    this.entries.delete(key);
    return Promise.resolve(value as T | undefined);
  }

  release<T>(key: StoreKey<T>, value: NoInfer<T>): Promise<boolean> {
    return Promise.resolve(this.remove(key, value));
  }

  releaseAll<T>(keys: readonly StoreKey<T>[], value: NoInfer<T>): Promise<number> {
    return Promise.resolve(keys.filter((key) => this.remove(key, value)).length);
  }

  increment(
    key: StoreKey<number>,
    by: number,
    options: LifeTime & { limit?: number } = {},
  ): Promise<number | undefined> {
    const entry = this.live(key);
    const sum = (typeof entry?.value === 'number' ? entry.value : 0) + by;
    if (options.limit !== undefined && sum > options.limit) return Promise.resolve(undefined);
    this.write(key, sum, options);
    return Promise.resolve(sum);
  }

  /** No other node exists that could have left anything. */
  releaseNode(): Promise<number> {
    return Promise.resolve(0);
  }

  private read(key: string): unknown {
    return this.live(key)?.value;
  }

  private live(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.expiresAt > this.clock.elapsed()) return entry;
    this.entries.delete(key);
    return undefined;
  }

  private write(key: string, value: unknown, life: LifeTime | undefined): void {
    const now = this.clock.elapsed();
    if (now >= this.nextSweep) this.sweep(now);
    this.entries.set(key, { value, expiresAt: life?.ttlMs === undefined ? Infinity : now + life.ttlMs });
  }

  private remove(key: string, value: unknown): boolean {
    const held = this.read(key);
    return held !== undefined && isDeepStrictEqual(held, value) && this.entries.delete(key);
  }

  private sweep(now: number): void {
    this.nextSweep = now + SWEEP_MS;
    for (const [key, entry] of this.entries) if (entry.expiresAt <= now) this.entries.delete(key);
  }
}
