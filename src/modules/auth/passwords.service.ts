import { hash, verify } from '@node-rs/argon2';
import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';

/** argon2id (the library's default) as OWASP recommends it: 19 MiB, two passes, one lane. About 12 ms. */
const PARAMETERS = {
  memoryCost: 19_456,
  timeCost: 2,
  parallelism: 1,
};

/** Hashing shares the thread pool with files and name lookups: it gets half of it, and no endless queue. */
const CONCURRENCY = 2;
const MAX_WAITING = 200;

/** Hashes and checks passwords. Bounded: a flood of sign-ins is turned away instead of filling memory. */
@Injectable()
export class Passwords {
  private running = 0;
  private readonly waiting: (() => void)[] = [];
  /** A hash nobody knows the password of, so that unknown accounts take as long as known ones. */
  private decoy: Promise<string> | undefined;

  /** @throws AppError `unavailable` when too many are waiting */
  hash(password: string): Promise<string> {
    return this.inTurn(() => hash(canonical(password), PARAMETERS));
  }

  /**
   * Whether `password` is the one behind `passwordHash`; takes the same time without one, and is false then.
   * @throws AppError `unavailable` when too many are waiting
   */
  async verify(password: string, passwordHash: string | undefined): Promise<boolean> {
    this.decoy ??= hash('nobody', PARAMETERS);
    const against = passwordHash ?? (await this.decoy);
    const matches = await this.inTurn(() => verify(against, canonical(password)));
    return matches && passwordHash !== undefined;
  }

  private async inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.running >= CONCURRENCY) {
      if (this.waiting.length >= MAX_WAITING) {
        throw new AppError('unavailable', 'Too many sign-ins at once.', { retryAfterSeconds: 2 });
      }
      await new Promise<void>((resolve) => this.waiting.push(resolve));
    } else {
      this.running++;
    }
    try {
      return await work();
    } finally {
      // The slot goes straight to the next one, so nobody can slip in between.
      const next = this.waiting.shift();
      if (next) next();
      else this.running--;
    }
  }
}

/** Keyboards differ in how they compose accents; the password is the same one. */
const canonical = (password: string): string => password.normalize('NFC');
