import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { AppError } from '../../../common/errors/app-error.js';
import { SystemMonotonicClock } from '../../../common/time/monotonic-clock.js';
import { InProcessEphemeralStore } from '../../realtime/in-process/in-process.ephemeral-store.js';
import { GuestPlaces } from './guest-places.service.js';
import { type ServiceSettings } from '../services.events.js';

class FailingStore extends InProcessEphemeralStore {
  away = false;

  override increment(...args: Parameters<InProcessEphemeralStore['increment']>): Promise<number | undefined> {
    return this.away ? Promise.reject(new AppError('broker_unavailable', 'Away.')) : super.increment(...args);
  }
}

const SETTINGS = { id: 1, guestLimit: 2 } as ServiceSettings;
let store: FailingStore;
let places: GuestPlaces;

beforeEach(() => {
  vi.useFakeTimers();
  store = new FailingStore(new SystemMonotonicClock());
  places = new GuestPlaces(store);
});
afterEach(() => {
  places.onModuleDestroy();
  vi.useRealTimers();
});

it('releases places later if the shared state was away', async () => {
  await places.take(SETTINGS, 's');
  await places.take(SETTINGS, 's');
  store.away = true;
  await places.free(1, 's');
  await places.free(1, 's');
  await vi.advanceTimersByTimeAsync(5_000);
  store.away = false;
  await expect(places.take(SETTINGS, 's')).rejects.toThrow('Session is full');
  await vi.advanceTimersByTimeAsync(1_000);
  await places.take(SETTINGS, 's');
  await places.take(SETTINGS, 's');
  await expect(places.take(SETTINGS, 's')).rejects.toThrow('Session is full');
});

it('counts again after the count was lost', async () => {
  await places.free(1, 's');
  await places.take(SETTINGS, 's');
  await places.take(SETTINGS, 's');
  await expect(places.take(SETTINGS, 's')).rejects.toThrow('Session is full');
});
