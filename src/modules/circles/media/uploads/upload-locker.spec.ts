import { type Lock } from '@tus/server';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemMonotonicClock } from '../../../../common/time/monotonic-clock.js';
import { SystemTimers } from '../../../../common/time/timers.js';
import { Hub } from '../../../realtime/fan-out/hub.js';
import { InProcessBroker } from '../../../realtime/in-process/in-process.broker.js';
import { InProcessEphemeralStore } from '../../../realtime/in-process/in-process.ephemeral-store.js';
import { storeKey } from '../../../realtime/ports/store-key.js';
import { Leases } from '../../../realtime/resilience/leases.service.js';
import { UploadLocker } from './upload-locker.js';

const ID = 'upload';
const KEY = storeKey<string>('circles', 'upload', ID);
const LEASE_MS = 10_000;

const clock = new SystemMonotonicClock();

describe('UploadLocker', () => {
  let store: InProcessEphemeralStore;
  let hub: Hub;
  const locks: Lock[] = [];
  beforeEach(() => {
    vi.useFakeTimers();
    store = new InProcessEphemeralStore(clock);
    hub = new Hub(new InProcessBroker());
  });
  afterEach(async () => {
    for (const lock of locks.splice(0)) await lock.unlock();
    vi.useRealTimers();
  });

  const never = new AbortController().signal;
  /** A request on a node of its own. */
  const request = () => {
    const lock = new UploadLocker(new Leases(store, clock, new SystemTimers()), hub).newLock(ID);
    locks.push(lock);
    const cancel = vi.fn();
    return { lock, cancel, holds: () => lock.lock(never, cancel) };
  };

  it('asks the holder to release the lock, and then hands it on', async () => {
    const [first, second] = [request(), request()];
    await first.holds();
    let isHeld = false;
    const held = second.holds().then(() => (isHeld = true));
    await vi.advanceTimersByTimeAsync(500);
    expect(first.cancel).toHaveBeenCalled();
    expect(isHeld).toBe(false);
    await first.lock.unlock();
    await vi.advanceTimersByTimeAsync(500);
    await held;
    expect(second.cancel).not.toHaveBeenCalled();
  });

  it('hands on the lock of a dead node when its lease ends', async () => {
    await store.claim(KEY, 'of a dead node', { ttlMs: LEASE_MS });
    const second = request();
    let isHeld = false;
    const held = second.holds().then(() => (isHeld = true));
    await vi.advanceTimersByTimeAsync(LEASE_MS - 1);
    expect(isHeld).toBe(false);
    await vi.advanceTimersByTimeAsync(500);
    await held;
  });

  it('stops a holder that finds its lock taken over, and leaves it to the new holder', async () => {
    const first = request();
    await first.holds();
    await store.swap(KEY, 'of another node');
    await vi.advanceTimersByTimeAsync(5_000);
    expect(first.cancel).toHaveBeenCalled();
    await first.lock.unlock();
    expect(await store.get(KEY)).toBe('of another node');
  });

  it('keeps a lock for as long as it is held', async () => {
    const first = request();
    await first.holds();
    await vi.advanceTimersByTimeAsync(5 * LEASE_MS);
    expect(await store.get(KEY)).toBeDefined();
    expect(first.cancel).not.toHaveBeenCalled();
  });

  it('waits neither for a request that is gone, nor for ever', async () => {
    await store.claim(KEY, 'of a node that hangs');
    const gone = new AbortController();
    const refused = expect(request().lock.lock(gone.signal, vi.fn())).rejects.toMatchObject({ code: 'conflict' });
    const late = expect(request().holds()).rejects.toMatchObject({ code: 'conflict' });
    gone.abort();
    await vi.advanceTimersByTimeAsync(500);
    await refused;
    await vi.advanceTimersByTimeAsync(2 * LEASE_MS);
    await late;
  });

  it('releases what it can while the shared state is away, without failing', async () => {
    const first = request();
    await first.holds();
    store.release = () => Promise.reject(new Error('away'));
    await first.lock.unlock();
  });
});
