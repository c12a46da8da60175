import { type Lock } from '@tus/server';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { InProcessEphemeralStore } from '../../../realtime/in-process/in-process.ephemeral-store.js';
import { UploadLocker } from './upload-locker.js';
import { storeKey } from '../../../realtime/ports/store-key.js';

const ID = 'upload';
const KEY = storeKey<string>('circles', 'upload', ID);
const LEASE_MS = 10_000;

/** What the nodes share. */
class SharedStore extends InProcessEphemeralStore {
  constructor(private readonly hands: { ms: number }) {
    super({ elapsed: () => hands.ms });
  }

  passes(ms: number): void {
    this.hands.ms += ms;
  }
}

describe('UploadLocker', () => {
  let store: SharedStore;
  const locks: Lock[] = [];
  beforeEach(() => {
    store = new SharedStore({ ms: 0 });
  });
  afterEach(async () => {
    for (const lock of locks.splice(0)) await lock.unlock();
  });

  const never = new AbortController().signal;
  /** A request on a node of its own. */
  const request = () => {
    const lock = new UploadLocker(store).newLock(ID);
    locks.push(lock);
    const cancel = vi.fn();
    return { lock, cancel, holds: () => lock.lock(never, cancel) };
  };

  it('asks who holds the lock to let go, and hands it on then', async () => {
    const [first, second] = [request(), request()];
    await first.holds();
    let isHeld = false;
    const held = second.holds().then(() => (isHeld = true));
    await vi.waitFor(() => {
      expect(first.cancel).toHaveBeenCalled();
    });
    expect(isHeld).toBe(false);
    await first.lock.unlock();
    await held;
    await sleep(500);
    expect(second.cancel).not.toHaveBeenCalled();
  });

  it('hands on the lock of a node that died when its lease ends', async () => {
    await store.claim(KEY, 'of a dead node', { ttlMs: LEASE_MS });
    const second = request();
    let isHeld = false;
    const held = second.holds().then(() => (isHeld = true));
    store.passes(LEASE_MS - 1);
    await sleep(500);
    expect(isHeld).toBe(false);
    store.passes(1);
    await held;
  });

  it('stops who finds its lock with somebody else, and leaves it to them', async () => {
    const first = request();
    await first.holds();
    await store.swap(KEY, 'of another node');
    await vi.waitFor(
      () => {
        expect(first.cancel).toHaveBeenCalled();
      },
      { timeout: 5_000 },
    );
    await first.lock.unlock();
    expect(await store.get(KEY)).toBe('of another node');
  });

  it('keeps a lock for as long as it is held', async () => {
    const first = request();
    await first.holds();
    store.passes(LEASE_MS - 1);
    await sleep(2_600);
    store.passes(LEASE_MS - 1);
    expect(await store.get(KEY)).toBeDefined();
    expect(first.cancel).not.toHaveBeenCalled();
  });

  it('gives back what it can while the shared state is away, and does not fail', async () => {
    const first = request();
    await first.holds();
    store.release = () => Promise.reject(new Error('away'));
    await first.lock.unlock();
  });
});
