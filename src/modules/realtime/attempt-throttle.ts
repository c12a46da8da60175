import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { addressKey } from '../../common/http/client-address.js';
import { Clock } from '../../common/time/clock.js';
import { DegradableStore } from './degradable-store.js';
import { EphemeralStore } from './ephemeral-store.js';

/** Tries of one address that are answered at once. */
export const FREE_TRIES = 10;
const FIRST_DELAY_MS = 500;
export const MAX_DELAY_MS = 10_000;
/** Tries are forgotten after this long without another one. */
const MEMORY_MS = 5 * 60_000;
/** Tries of one address that may wait at a time: together with the delay this bounds what guessing in parallel yields. */
const MAX_WAITING = 64;
/**
 * Further tries of one address that are not refused at once: where answers take a while, a crowd behind one address is
 * counted before the first of it was found right. None of them is looked at unless one is, in this time.
 */
const MAX_HELD = 256;
const HOLD_MS = 1_000;
/** How often a waiting try looks whether it may go on sooner. */
const STEP_MS = 100;

/**
 * Slows down guessing of short credentials on sockets, per address and `scope`: after ten tries each next one waits
 * twice as long as the one before, up to ten seconds, before it is looked at. A success forgets the tries, and lets go
 * on what waits: many honest people share an address. Tries are counted before anything is looked up, so guessing in
 * parallel gains nothing.
 */
@Injectable()
export class AttemptThrottle {
  private readonly store: DegradableStore;

  constructor(
    store: EphemeralStore,
    private readonly clock: Clock,
  ) {
    this.store = new DegradableStore(store, clock);
  }

  /**
   * Counts one try and waits as long as the ones before demand.
   * @param gone whether whoever tries has given up
   * @returns false when they have
   * @throws AppError `rate_limited` when too many tries of this address are waiting already
   */
  async attempt(scope: string, address: string, gone: () => boolean): Promise<boolean> {
    const key = throttleKey(scope, address);
    const tries = (await this.store.increment(key, 1, { ttlMs: MEMORY_MS })) ?? Infinity;
    if (tries > FREE_TRIES) {
      const delay = Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (tries - FREE_TRIES - 1));
      const waiting = () => this.wait(key, tries, delay, gone).then(() => true);
      const held = () => this.wait(key, tries, HOLD_MS, gone);
      const mayGoOn =
        (await this.inPlace(`${key}:waiting`, MAX_WAITING, waiting)) ??
        (await this.inPlace(`${key}:held`, MAX_HELD, held)) ??
        false;
      if (!mayGoOn && !gone()) {
        throw new AppError('rate_limited', 'Too many tries, come back later.', {
          retryAfterSeconds: MAX_DELAY_MS / 1_000,
        });
      }
    }
    return !gone();
  }

  /** A try of `address` was right. */
  async succeeded(scope: string, address: string): Promise<void> {
    await this.store.take(throttleKey(scope, address));
  }

  /** Does `work` in one of `limit` places. @returns `undefined` when none is free */
  private async inPlace<T>(place: string, limit: number, work: () => Promise<T>): Promise<T | undefined> {
    const life = { ttlMs: 2 * MAX_DELAY_MS };
    if ((await this.store.increment(place, 1, { ...life, limit })) === undefined) return undefined;
    try {
      return await work();
    } finally {
      await this.store.increment(place, -1, life);
    }
  }

  /** @returns whether another try was right meanwhile */
  private async wait(key: string, tries: number, ms: number, gone: () => boolean): Promise<boolean> {
    const until = this.clock.now() + ms;
    for (let rest = until - this.clock.now(); rest > 0; rest = until - this.clock.now()) {
      await sleep(Math.min(STEP_MS, rest));
      if (gone()) return false;
      // Fewer tries than there were: one of them was right.
      if (((await this.store.get<number>(key)) ?? 0) < tries) return true;
    }
    return false;
  }
}

const throttleKey = (scope: string, address: string): string => `tries:${scope}:${addressKey(address)}`;

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
