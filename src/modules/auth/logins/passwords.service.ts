import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { addressKey } from '../../../common/http/policy/client-address.js';
import { type SignInAttempt } from './sign-in-throttle.service.js';

/** argon2id (the library's default) as recommended by OWASP: 19 MiB, two passes, one lane. About 12 ms. */
const COST = {
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
};

/** Hashing shares the thread pool with files and name lookups: it gets half of it, and a bounded queue. */
const CONCURRENCY = 2;
const MAX_WAITING = 2_000;
const MAX_WAITING_EACH = 200;

/** The party that password creators wait in, together, so that they do not hold up those signing in. */
const MAKERS = 'makers';

/**
 * Hashes and checks passwords. Bounded: a flood is turned away instead of filling memory. Fair: addresses signing in
 * take turns with each other, and with all password creators together.
 */
@Injectable()
export class Passwords {
  private readonly cost = COST;
  private running = 0;
  private waiting = 0;
  /** Waiting work by party; the first party has the next turn. */
  private readonly parties = new Map<string, (() => void)[]>();
  /** A hash of no real password, so that unknown accounts take as long as known ones. */
  private decoy: Promise<string> | undefined;

  /** @throws AppError `unavailable` when too many are waiting */
  hash(password: string): Promise<string> {
    return this.inTurn(MAKERS, () => hash(canonical(password), this.cost));
  }

  /**
   * Whether `password` matches `passwordHash`; takes the same time and returns false without one.
   * @param address where the sign-in comes from
   * @param attempt begun and failed within its turn, so that the next attempt takes it into account
   * @throws AppError `unavailable` when too many are waiting, and whatever `attempt.begin` throws
   */
  async verify(
    password: string,
    passwordHash: string | undefined,
    address: string,
    attempt?: Pick<SignInAttempt, 'begin' | 'failed'>,
  ): Promise<boolean> {
    this.decoy ??= hash('nobody', this.cost);
    const against = passwordHash ?? (await this.decoy);
    return this.inTurn(addressKey(address), async () => {
      await attempt?.begin();
      const isRight = (await verify(against, canonical(password))) && passwordHash !== undefined;
      if (!isRight) await attempt?.failed();
      return isRight;
    });
  }

  private async inTurn<T>(party: string, work: () => Promise<T>): Promise<T> {
    if (this.running >= CONCURRENCY) await this.turnOf(party);
    else this.running++;
    try {
      return await work();
    } finally {
      // The slot goes straight to the next in line, so nobody can slip in between.
      const next = this.next();
      if (next) next();
      else this.running--;
    }
  }

  private turnOf(party: string): Promise<void> {
    const own = this.parties.get(party) ?? [];
    if (own.length >= MAX_WAITING_EACH || this.waiting >= MAX_WAITING) {
      throw new AppError('unavailable', 'Too many sign-ins at once.', { retryAfterSeconds: 2 });
    }
    this.waiting++;
    this.parties.set(party, own);
    return new Promise((resolve) => own.push(resolve));
  }

  private next(): (() => void) | undefined {
    for (const [party, own] of this.parties) {
      this.waiting--;
      const next = own.shift();
      this.parties.delete(party);
      // Back to the end of the line.
      if (own.length > 0) this.parties.set(party, own);
      return next;
    }
    return undefined;
  }
}

/** Keyboards differ in how they compose accents; the password is the same. */
const canonical = (password: string): string => password.normalize('NFC');
