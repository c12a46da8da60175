import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { addressKey } from '../../../common/http/policy/client-address.js';
import { sha256 } from '../../../common/security/digest.js';
import { randomHex } from '../../../common/security/random.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { DegradableStore } from '../resilience/degradable-store.js';
import { EphemeralStore } from '../ports/ephemeral-store.js';
import { storeKey, type StoreKey } from '../ports/store-key.js';

/** Tries of one address that are answered at once. */
const FREE_TRIES = 10;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 10_000;
/** Tries are forgotten after this long without another one. */
const MEMORY_MS = 5 * 60_000;
/** Wrong guesses of all addresses together, in a minute, from which on those without a success wait, too. */
const FREE_GUESSES = 100;
const MINUTE_MS = 60_000;
/** How long a right guess is remembered. */
const KNOWN_MS = 3_600_000;
/** Tries of one address that may wait at a time. */
const MAX_WAITING = 64;
/** How often a waiting try looks whether it is its turn. */
const STEP_MS = 100;

/** Somebody who shows a credential. */
export interface Attempt {
  /** The kind of credential; each is counted by itself. */
  readonly scope: string;
  readonly address: string;
  /** Whether whoever tries has given up. */
  readonly gone: () => boolean;
}

interface Guess extends Attempt {
  /** What the secret belongs to, where that is known; else the guesses at all secrets of the scope count together. */
  readonly target?: string;
  readonly secret: string;
}

/** The tries of all addresses together. */
interface Crowd {
  readonly key: StoreKey<number>;
  /** Whether the address that tries now is not slowed by them. */
  readonly spares: boolean;
}

/**
 * Slows down guessing, per kind of credential and address: after ten tries the next ones go one at a time, each after a
 * wait twice as long as the one before, up to ten seconds. So an address gets no more than ten of them a minute, however
 * many it makes in parallel and on however many nodes. Once there are many wrong guesses from all addresses together,
 * those from addresses that have not been right wait from the first one on.
 *
 * Many honest people share an address. What they say is right, so it does not count; all who show the same secret at a
 * time are one guess, and a secret that was right is no guess any more.
 */
@Injectable()
export class AttemptThrottle {
  private readonly store: DegradableStore;
  /** By address and secret: whether it was right. */
  private readonly underWay = new Map<string, Promise<boolean>>();
  /** Addresses one of whose tries has its turn on this node, or asks for it. */
  private readonly turns = new Set<string>();

  constructor(
    store: EphemeralStore,
    private readonly clock: MonotonicClock,
  ) {
    this.store = new DegradableStore(store, clock);
  }

  /**
   * Looks up a secret that is short enough to be guessed, when it is its turn.
   * @param look gives `undefined` when the secret is wrong
   * @returns what `look` gave; `undefined` when whoever tries has given up
   * @throws AppError `rate_limited` when too many tries of this address are waiting already
   */
  async guess<T>(guess: Guess, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const key = `${targetOf(guess)}@${placeOf(guess)}:${sha256(guess.secret).toString('base64url')}`;
    for (let other = this.underWay.get(key); other !== undefined; other = this.underWay.get(key)) {
      // Only what is no guess any more may be looked up beside one.
      if (await other) return look();
    }
    if (guess.gone()) return undefined;
    const found = this.lookUp(storeKey('right', key), guess, look).finally(() => this.underWay.delete(key));
    const isRight = found.then((value) => value !== undefined);
    // Whoever waits for it hears of its failure; perhaps nobody does.
    isRight.catch(() => undefined);
    this.underWay.set(key, isRight);
    return found;
  }

  /**
   * Counts a credential that was wrong, of those too long to be guessed: the right ones never wait.
   * @returns false when whoever tries has given up
   * @throws AppError `rate_limited` when too many tries of this address are waiting already
   */
  async wrong(attempt: Attempt): Promise<boolean> {
    const counts = await this.count(attempt);
    if (counts !== undefined) await Promise.all(counts.map((key) => this.add(forgivable(key), 1)));
    return counts !== undefined;
  }

  /**
   * A credential too long to be guessed was right: forgets the wrong ones of its kind from this address, since they were
   * mistakes. Guesses stay counted, and what waits goes on waiting.
   */
  async succeeded(scope: string, address: string): Promise<void> {
    const { quick, slow } = countsOf({ scope, address });
    for (const key of [quick, slow]) {
      const mistakes = await this.store.take(forgivable(key));
      if (mistakes !== undefined) await this.add(key, -mistakes);
    }
  }

  private async lookUp<T>(
    known: StoreKey<true>,
    guess: Guess,
    look: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const trusted = storeKey<true>('right', `${targetOf(guess)}@${placeOf(guess)}`);
    const [isKnown, isTrusted] = await Promise.all([this.store.get(known), this.store.get(trusted)]);
    if (isKnown !== undefined) {
      const found = await look();
      if (found !== undefined) return found;
    }
    const crowd = storeKey<number>('guesses', targetOf(guess), await this.minuteOf(targetOf(guess)));
    const counts = await this.count(guess, { key: crowd, spares: isTrusted !== undefined });
    if (counts === undefined) return undefined;
    let isWrong = false;
    try {
      const found = await look();
      isWrong = found === undefined;
      if (isWrong) await this.store.take(known);
      else await Promise.all([known, trusted].map((key) => this.store.swap(key, true, { ttlMs: KNOWN_MS })));
      return found;
    } finally {
      if (!isWrong) await Promise.all(counts.map((key) => this.add(key, -1)));
    }
  }

  /** The minute in which all nodes count together: it is the store that ends it, since their clocks have nothing in common. */
  private async minuteOf(target: string): Promise<string> {
    const key = storeKey<string>('guesses', target, 'minute');
    const next = randomHex(16);
    return (await this.store.claim(key, next, { ttlMs: MINUTE_MS })) ? next : ((await this.store.get(key)) ?? next);
  }

  /**
   * Counts a try before anything is looked up, so that trying in parallel gains nothing, and lets it wait.
   * @param crowd where the tries of all addresses are counted, if this one is
   * @returns the counts it is in, `undefined` when whoever tries has given up
   */
  private async count(attempt: Attempt, crowd?: Crowd): Promise<StoreKey<number>[] | undefined> {
    const { quick, slow } = countsOf(attempt);
    const counts: StoreKey<number>[] = [];
    if ((await this.store.increment(quick, 1, { ttlMs: MEMORY_MS, limit: FREE_TRIES })) !== undefined) {
      counts.push(quick);
      if (crowd === undefined) return counts;
      counts.push(crowd.key);
      if ((await this.add(crowd.key, 1)) <= FREE_GUESSES || crowd.spares) return counts;
    }
    const place = storeKey<number>('waiting', placeOf(attempt));
    const life = { ttlMs: MEMORY_MS };
    if ((await this.store.increment(place, 1, { ...life, limit: MAX_WAITING })) === undefined) {
      if (attempt.gone()) return undefined;
      throw new AppError('rate_limited', 'Too many tries, come back later.', {
        retryAfterSeconds: MAX_DELAY_MS / 1_000,
      });
    }
    try {
      if (!(await this.turn(attempt, crowd))) return undefined;
    } finally {
      await this.store.increment(place, -1, life);
    }
    counts.push(slow);
    if (crowd !== undefined && !counts.includes(crowd.key)) {
      counts.push(crowd.key);
      await this.add(crowd.key, 1);
    }
    return counts;
  }

  /** Waits until it is the turn of this try, and then as long as those before demand. @returns false when it has gone */
  private async turn(attempt: Attempt, crowd: Crowd | undefined): Promise<boolean> {
    const { quick, slow } = countsOf(attempt);
    const turn = storeKey<true>('turn', placeOf(attempt));
    while (!(await this.takeTurn(turn))) {
      await sleep(STEP_MS);
      if (attempt.gone()) return false;
    }
    try {
      const tries = await this.add(slow, 1);
      // The free tries stay used up for as long as there are others.
      await this.add(quick, 0);
      const others = crowd === undefined || crowd.spares ? 0 : ((await this.store.get(crowd.key)) ?? 0);
      const beyond = Math.max(tries, Math.ceil(others / FREE_GUESSES) - 1);
      const until = this.clock.elapsed() + Math.min(MAX_DELAY_MS, FIRST_DELAY_MS * 2 ** (beyond - 1));
      for (let rest = until - this.clock.elapsed(); rest > 0; rest = until - this.clock.elapsed()) {
        await sleep(Math.min(STEP_MS, rest));
        if (attempt.gone()) return false;
      }
      return true;
    } finally {
      this.turns.delete(turn);
      await this.store.take(turn);
    }
  }

  /** The store is asked for one try of an address and node at a time. */
  private async takeTurn(turn: StoreKey<true>): Promise<boolean> {
    if (this.turns.has(turn)) return false;
    this.turns.add(turn);
    let isMine = false;
    try {
      // Longer than a turn takes, should this node end before it gives it back.
      isMine = await this.store.claim(turn, true, { ttlMs: 2 * MAX_DELAY_MS });
    } finally {
      if (!isMine) this.turns.delete(turn);
    }
    return isMine;
  }

  private async add(key: StoreKey<number>, by: number): Promise<number> {
    return (await this.store.increment(key, by, { ttlMs: MEMORY_MS })) ?? Infinity;
  }
}

const placeOf = ({ scope, address }: Pick<Attempt, 'scope' | 'address'>): string => `${scope}:${addressKey(address)}`;

const targetOf = ({ scope, target }: Guess): string => (target === undefined ? scope : `${scope}:${target}`);

const countsOf = (
  attempt: Pick<Attempt, 'scope' | 'address'>,
): { quick: StoreKey<number>; slow: StoreKey<number> } => ({
  quick: storeKey('tries', placeOf(attempt)),
  slow: storeKey('tries', placeOf(attempt), 'slow'),
});

const forgivable = (count: StoreKey<number>): StoreKey<number> => storeKey(count, 'mistakes');

const sleep = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
