import { type Lock, type Locker, type RequestRelease } from '@tus/server';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../common/errors/app-error.js';
import { randomToken } from '../../../common/security/random.js';
import { type EphemeralStore } from '../../realtime/ephemeral-store.js';

/** A holder that dies loses its lock after this long. */
const LEASE_MS = 10_000;
const STEP_MS = 200;
/** How long one waits for a lock: the holder is asked to let go, its connection may be half dead. */
const PATIENCE_MS = 15_000;

/** One request at a time writes an upload, on whichever node; a later one takes over from one that hangs. */
export class UploadLocker implements Locker {
  constructor(private readonly store: EphemeralStore) {}

  newLock(id: string): Lock {
    return new UploadLock(this.store, `circles:upload:${id}`);
  }
}

class UploadLock implements Lock {
  private readonly owner = randomToken(12);
  private renewal: NodeJS.Timeout | undefined;

  constructor(
    private readonly store: EphemeralStore,
    private readonly key: string,
  ) {}

  async lock(signal: AbortSignal, cancel: RequestRelease): Promise<void> {
    const giveUp = Date.now() + PATIENCE_MS;
    while (!(await this.store.claim(this.key, this.owner, { ttlMs: LEASE_MS }))) {
      if (signal.aborted || Date.now() > giveUp) throw new AppError('conflict', 'The upload is in use.');
      await this.store.swap(this.wanted, true, { ttlMs: 5 * STEP_MS });
      await sleep(STEP_MS);
    }
    await this.store.take(this.wanted);
    this.renewal = setInterval(() => void this.renew(cancel), STEP_MS).unref();
  }

  async unlock(): Promise<void> {
    clearInterval(this.renewal);
    await this.store.release(this.key, this.owner);
  }

  private get wanted(): string {
    return `${this.key}:wanted`;
  }

  private async renew(cancel: RequestRelease): Promise<void> {
    try {
      if (await this.store.take(this.wanted)) await cancel();
      if ((await this.store.get<string>(this.key)) === this.owner) {
        await this.store.swap(this.key, this.owner, { ttlMs: LEASE_MS });
      }
    } catch {
      // Shared state is away: the lease decides.
    }
  }
}
