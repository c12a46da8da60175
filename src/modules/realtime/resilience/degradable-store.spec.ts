import { describe, expect, it } from 'vitest';
import { AppError } from '../../../common/errors/app-error.js';
import { SystemMonotonicClock } from '../../../common/time/monotonic-clock.js';
import { DegradableStore } from './degradable-store.js';
import { InProcessEphemeralStore } from '../in-process/in-process.ephemeral-store.js';
import { storeKey } from '../ports/store-key.js';

const TRIES = storeKey<number>('tries');

const clock = new SystemMonotonicClock();
const life = { ttlMs: 60_000 };

class Shared extends InProcessEphemeralStore {
  failure: Error | undefined;

  override increment(...args: Parameters<InProcessEphemeralStore['increment']>): Promise<number | undefined> {
    return this.failure ? Promise.reject(this.failure) : super.increment(...args);
  }
}

describe('DegradableStore', () => {
  it('counts locally while the shared store is away, and returns to it afterwards', async () => {
    const shared = new Shared(clock);
    const store = new DegradableStore(shared, clock);
    expect(await store.increment(TRIES, 1, life)).toBe(1);
    shared.failure = new AppError('broker_unavailable', 'Away.');
    expect(await store.increment(TRIES, 1, life)).toBe(1);
    expect(await store.increment(TRIES, 1, life)).toBe(2);
    shared.failure = undefined;
    expect(await store.increment(TRIES, 1, life)).toBe(2);
  });

  it('hides no other error', async () => {
    const shared = new Shared(clock);
    shared.failure = new Error('a fault');
    await expect(new DegradableStore(shared, clock).increment(TRIES, 1, life)).rejects.toThrow('a fault');
  });
});
