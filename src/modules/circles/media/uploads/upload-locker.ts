import { type Lock, type Locker, type RequestRelease } from '@tus/server';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../../common/errors/app-error.js';
import { randomToken } from '../../../../common/security/random.js';
import { type EphemeralStore } from '../../../realtime/ports/ephemeral-store.js';
import { storeKey, type StoreKey } from '../../../realtime/ports/store-key.js';

/** A holder that dies loses its lock after this long. */
const LEASE_MS = 10_000;
/** A lock this old is renewed. */
const RENEW_MS = 2_000;
const STEP_MS = 200;
/** How long one waits for a lock: the holder is asked to let go, its connection may be half dead. */
const PATIENCE_MS = 15_000;

/** One request at a time writes an upload, on whichever node; a later one takes over from one that hangs. */
export class UploadLocker implements Locker {
  constructor(private readonly store: EphemeralStore) {}

  newLock(id: string): Lock {
    return new UploadLock(this.store, storeKey('circles', 'upload', id));
  }
}

class UploadLock implements Lock {
  private readonly owner = randomToken(12);
  private timer: NodeJS.Timeout | undefined;
  private renewedAt = 0;
  private busy = false;

  constructor(
    private readonly store: EphemeralStore,
    private readonly key: StoreKey<string>,
  ) {}

  async lock(signal: AbortSignal, cancel: RequestRelease): Promise<void> {
    const giveUp = performance.now() + PATIENCE_MS;
    for (;;) {
      this.renewedAt = performance.now();
      if (await this.store.claim(this.key, this.owner, { ttlMs: LEASE_MS })) break;
      if (signal.aborted || performance.now() > giveUp) throw new AppError('conflict', 'The upload is in use.');
      await this.store.swap(this.wanted, true, { ttlMs: 5 * STEP_MS });
      await sleep(STEP_MS);
    }
    this.timer = setInterval(() => void this.watch(cancel), STEP_MS).unref();
    await this.store.take(this.wanted).catch(() => undefined);
  }

  /** Never fails: a lock that cannot be given back ends by itself. */
  async unlock(): Promise<void> {
    clearInterval(this.timer);
    this.timer = undefined;
    await this.store.release(this.key, this.owner).catch(() => undefined);
  }

  private get wanted(): StoreKey<true> {
    return storeKey(this.key, 'wanted');
  }

  /** Lets go where another request wants to write, or may be writing already. */
  private async watch(cancel: RequestRelease): Promise<void> {
    if (this.busy) return;
    this.busy = true;
    const isWanted = await this.isWanted();
    const isHeld = await this.renew();
    this.busy = false;
    if (this.timer !== undefined && (isWanted || !isHeld)) await cancel();
  }

  private async isWanted(): Promise<boolean> {
    return (await this.store.take(this.wanted).catch(() => undefined)) !== undefined;
  }

  private async renew(): Promise<boolean> {
    const now = performance.now();
    if (now - this.renewedAt < RENEW_MS) return true;
    try {
      if (!(await this.store.replace(this.key, this.owner, this.owner, { ttlMs: LEASE_MS }))) return false;
      this.renewedAt = now;
      return true;
    } catch {
      // Shared state is away: the lease decides.
      return now - this.renewedAt < LEASE_MS - RENEW_MS;
    }
  }
}
