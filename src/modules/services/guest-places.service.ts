import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { EphemeralStore } from '../realtime/ephemeral-store.js';
import { keys } from './services.channels.js';
import { type ServiceSettings } from './services.events.js';

/**
 * Guests of one session may be on many nodes, so their number belongs to none of them and would outlive them all, were
 * it not for this. Longer than any session goes without a guest coming or going.
 */
const LIFE = { ttlMs: 366 * 86_400_000 };

/** How many guests each session has. */
@Injectable()
export class GuestPlaces {
  constructor(private readonly store: EphemeralStore) {}

  /** @throws AppError `conflict` when the session is full */
  async take({ id, guestLimit }: ServiceSettings, session: string): Promise<void> {
    const limit = guestLimit === null ? {} : { limit: guestLimit };
    if ((await this.store.increment(keys.guests(id, session), 1, { ...LIFE, ...limit })) !== undefined) return;
    throw new AppError('conflict', 'Session is full');
  }

  async free(service: number, session: string): Promise<void> {
    const key = keys.guests(service, session);
    if ((await this.store.increment(key, -1, LIFE)) === 0) await this.store.release(key, 0);
  }
}
