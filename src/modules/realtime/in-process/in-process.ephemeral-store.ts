import { isDeepStrictEqual } from 'node:util';
import { type MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { EphemeralStore, type EphemeralValue, type LifeTime } from '../ports/ephemeral-store.js';

interface Entry {
  readonly value: EphemeralValue;
  /** By the monotonic clock; Infinity = as long as the process. */
  readonly expiresAt: number;
}

/** Expired entries are dropped on access and, at most once in this time, swept. */
const SWEEP_MS = 10_000;

/** One node: entries live in this process. */
export class InProcessEphemeralStore extends EphemeralStore {
  private readonly entries = new Map<string, Entry>();
  private nextSweep = 0;

  constructor(private readonly clock: MonotonicClock) {
    super();
  }

  get<T extends EphemeralValue>(key: string): Promise<T | undefined> {
    return Promise.resolve(this.read(key) as T | undefined);
  }

  claim(key: string, value: EphemeralValue, life?: LifeTime): Promise<boolean> {
    if (this.read(key) !== undefined) return Promise.resolve(false);
    this.write(key, value, life);
    return Promise.resolve(true);
  }

  swap<T extends EphemeralValue>(key: string, value: EphemeralValue, life?: LifeTime): Promise<T | undefined> {
    const before = this.read(key);
    this.write(key, value, life);
    return Promise.resolve(before as T | undefined);
  }

  swapAll(keys: readonly string[], value: EphemeralValue, life?: LifeTime): Promise<void> {
    for (const key of keys) this.write(key, value, life);
    return Promise.resolve();
  }

  replace(key: string, from: EphemeralValue, to: EphemeralValue, life?: LifeTime): Promise<boolean> {
    const held = this.read(key);
    const same = held !== undefined && isDeepStrictEqual(held, from);
    if (same) this.write(key, to, life);
    return Promise.resolve(same);
  }

  take<T extends EphemeralValue>(key: string): Promise<T | undefined> {
    const value = this.read(key);
    this.entries.delete(key);
    return Promise.resolve(value as T | undefined);
  }

  release(key: string, value: EphemeralValue): Promise<boolean> {
    return Promise.resolve(this.remove(key, value));
  }

  releaseAll(keys: readonly string[], value: EphemeralValue): Promise<number> {
    return Promise.resolve(keys.filter((key) => this.remove(key, value)).length);
  }

  increment(key: string, by: number, options: LifeTime & { limit?: number } = {}): Promise<number | undefined> {
    const entry = this.live(key);
    const sum = (typeof entry?.value === 'number' ? entry.value : 0) + by;
    if (options.limit !== undefined && sum > options.limit) return Promise.resolve(undefined);
    this.write(key, sum, options);
    return Promise.resolve(sum);
  }

  /** There is no other node to have left anything. */
  releaseNode(): Promise<number> {
    return Promise.resolve(0);
  }

  private read(key: string): EphemeralValue | undefined {
    return this.live(key)?.value;
  }

  private live(key: string): Entry | undefined {
    const entry = this.entries.get(key);
    if (entry === undefined || entry.expiresAt > this.clock.elapsed()) return entry;
    this.entries.delete(key);
    return undefined;
  }

  private write(key: string, value: EphemeralValue, life: LifeTime | undefined): void {
    const now = this.clock.elapsed();
    if (now >= this.nextSweep) this.sweep(now);
    this.entries.set(key, { value, expiresAt: life?.ttlMs === undefined ? Infinity : now + life.ttlMs });
  }

  private remove(key: string, value: EphemeralValue): boolean {
    const held = this.read(key);
    return held !== undefined && isDeepStrictEqual(held, value) && this.entries.delete(key);
  }

  private sweep(now: number): void {
    this.nextSweep = now + SWEEP_MS;
    for (const [key, entry] of this.entries) if (entry.expiresAt <= now) this.entries.delete(key);
  }
}
