import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { addressKey } from '../../../common/http/policy/client-address.js';
import { sha256 } from '../../../common/security/digest.js';
import { Clock } from '../../../common/time/clock.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { DegradableStore } from '../../realtime/resilience/degradable-store.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { storeKey, type StoreKey } from '../../realtime/ports/store-key.js';

/** Attempts without delay. Many people may share an address, but nobody shares an account. */
const FREE_TRIES = { account: 10, address: 20 } as const;
const MAX_DELAY_SECONDS = 60;
/** Failures are forgotten after this long without another one. */
const MEMORY_MS = 15 * 60_000;
/** How long an address that signed in to an account counts as its owner's. */
const KNOWN_MS = 30 * 24 * 3_600_000;

/** One counted attempt. */
export interface SignInAttempt {
  /**
   * Call right before the password is checked, perhaps long after the attempt came: others from its address may have
   * failed since then.
   * @throws AppError `rate_limited`
   */
  begin(): Promise<void>;
  /** It was right; the account's count starts over. */
  succeeded(): Promise<void>;
  /** It was wrong. */
  failed(): Promise<void>;
}

/**
 * Slows down guessing, per account and per address: after some free attempts, each further one has to wait twice as
 * long as the one before. Attempts on an account are counted before the password is checked, so a burst of parallel
 * guesses gains nothing; those from an address only when they turn out to be wrong, because many people may sign in
 * from it. The owner keeps a way in while strangers attack the account or share its address: where an account has
 * signed in before, it has a count of its own.
 */
@Injectable()
export class SignInThrottle {
  private readonly store: DegradableStore;

  constructor(
    store: EphemeralStore,
    private readonly clock: Clock,
    monotonic: MonotonicClock,
  ) {
    this.store = new DegradableStore(store, monotonic);
  }

  /**
   * Counts one attempt.
   * @param account a normalized email, whether or not there is such an account
   * @throws AppError `rate_limited` while the account or the address has to wait
   */
  async attempt(account: string, address: string): Promise<SignInAttempt> {
    const subject = sha256(account).toString('base64url');
    const place = addressKey(address);
    const knownKey = storeKey<true>('sign-in', 'known', `${subject}@${place}`);
    const addressCount = storeKey<number>('sign-in', 'address', place);
    const known = (await this.store.get(knownKey)) !== undefined;
    const accountCount = storeKey<number>('sign-in', 'account', known ? `${subject}@${place}` : subject);
    const begin = async (): Promise<void> => {
      if (!known) await this.refuseWhileWaiting(addressCount);
    };
    await begin();
    await this.refuseWhileWaiting(accountCount);
    // Of racing attempts, the one that claims the wait goes on; the others wait for it.
    if (!(await this.count(accountCount, FREE_TRIES.account))) await this.refuseWhileWaiting(accountCount);
    return {
      begin,
      succeeded: async () => {
        await this.store.take(accountCount);
        await this.store.take(waitKey(accountCount));
        await this.store.swap(knownKey, true, { ttlMs: KNOWN_MS });
      },
      failed: async () => {
        await this.count(addressCount, FREE_TRIES.address);
      },
    };
  }

  /** @returns false when the free attempts are used up and somebody else has begun the wait for the next one */
  private async count(key: StoreKey<number>, free: number): Promise<boolean> {
    const tries = (await this.store.increment(key, 1, { ttlMs: MEMORY_MS })) ?? Infinity;
    if (tries <= free) return true;
    const ttlMs = Math.min(2 ** (tries - free - 1), MAX_DELAY_SECONDS) * 1_000;
    return this.store.claim(waitKey(key), this.clock.now() + ttlMs, { ttlMs });
  }

  private async refuseWhileWaiting(key: StoreKey<number>): Promise<void> {
    const until = await this.store.get(waitKey(key));
    if (until === undefined) return;
    // The store ends the wait; the wall clock only estimates it, and may have stepped since.
    const seconds = Math.ceil((until - this.clock.now()) / 1_000);
    const retryAfterSeconds = Math.min(Math.max(seconds, 1), MAX_DELAY_SECONDS);
    throw new AppError('rate_limited', 'Too many attempts; wait before the next one.', { retryAfterSeconds });
  }
}

const waitKey = (count: StoreKey<number>): StoreKey<number> => storeKey(count, 'wait');
