import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { AppError, isUnavailable } from '../../../common/errors/app-error.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { keys } from '../services.channels.js';
import { type ServiceSettings } from '../services.events.js';
import { type StoreKey } from '../../realtime/ports/store-key.js';

/**
 * Guests of one session may be on many nodes, so no node owns their number, which would never be removed without a
 * lifetime. This is longer than any session goes without a guest joining or leaving.
 */
const LIFE = { ttlMs: 366 * 86_400_000 };

/** How often to retry giving places back while the shared state is unreachable. */
const RETRY_MS = 1_000;

/** Counts the guests of each session. */
@Injectable()
export class GuestPlaces implements OnModuleDestroy {
  /** Places that this node still has to give back, by key. */
  private owed = new Map<StoreKey<number>, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly store: EphemeralStore) {}

  onModuleDestroy(): void {
    clearTimeout(this.timer);
  }

  /** @throws AppError `conflict` when the session is full */
  async take({ id, guestLimit }: ServiceSettings, session: string): Promise<void> {
    const limit = guestLimit === null ? {} : { limit: guestLimit };
    if ((await this.store.increment(keys.guests(id, session), 1, { ...LIFE, ...limit })) !== undefined) return;
    throw new AppError('conflict', 'Session is full');
  }

  /** Gives a place back, now or as soon as possible. */
  free(service: number, session: string): Promise<void> {
    return this.lower(keys.guests(service, session), 1);
  }

  private async lower(key: StoreKey<number>, by: number): Promise<void> {
    try {
      const sum = await this.store.increment(key, -by, LIFE);
      // Below zero: the count was lost with the rest of the shared state.
      if (sum !== undefined && sum <= 0) await this.store.release(key, sum);
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.owed.set(key, (this.owed.get(key) ?? 0) + by);
      this.timer ??= setTimeout(() => void this.retry(), RETRY_MS).unref();
    }
  }

  private async retry(): Promise<void> {
    const { owed } = this;
    this.owed = new Map();
    this.timer = undefined;
    // One after another: if one fails, so will the others.
    for (const [key, by] of owed) await this.lower(key, by);
  }
}
