import { AppError } from '../../../common/errors/app-error.js';
import { type MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { type EphemeralStore, type LifeTime } from '../ports/ephemeral-store.js';
import { type StoreKey } from '../ports/store-key.js';
import { InProcessEphemeralStore } from '../in-process/in-process.ephemeral-store.js';

/**
 * For short-lived facts where an approximation beats a refusal, such as counts of guesses: while the shared store is
 * away, every node continues with one of its own.
 */
export class DegradableStore implements Pick<EphemeralStore, 'get' | 'claim' | 'swap' | 'take' | 'increment'> {
  private readonly meanwhile: EphemeralStore;

  constructor(
    private readonly shared: EphemeralStore,
    clock: MonotonicClock,
  ) {
    this.meanwhile = new InProcessEphemeralStore(clock);
  }

  get<T>(key: StoreKey<T>): Promise<T | undefined> {
    return this.either((store) => store.get(key));
  }

  claim<T>(key: StoreKey<T>, value: NoInfer<T>, life: Required<LifeTime>): Promise<boolean> {
    return this.either((store) => store.claim(key, value, life));
  }

  swap<T>(key: StoreKey<T>, value: NoInfer<T>, life: Required<LifeTime>): Promise<T | undefined> {
    return this.either((store) => store.swap(key, value, life));
  }

  take<T>(key: StoreKey<T>): Promise<T | undefined> {
    return this.either((store) => store.take(key));
  }

  increment(
    key: StoreKey<number>,
    by: number,
    options: Required<LifeTime> & { limit?: number },
  ): Promise<number | undefined> {
    return this.either((store) => store.increment(key, by, options));
  }

  private async either<T>(operation: (store: EphemeralStore) => Promise<T>): Promise<T> {
    try {
      return await operation(this.shared);
    } catch (error) {
      if (!(error instanceof AppError) || error.code !== 'broker_unavailable') throw error;
      return operation(this.meanwhile);
    }
  }
}
