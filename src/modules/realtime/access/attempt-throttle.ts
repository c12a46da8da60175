import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { addressKey } from '../../../common/http/policy/client-address.js';
import { sha256 } from '../../../common/security/digest.js';
import { randomHex } from '../../../common/security/random.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { DegradableStore } from '../resilience/degradable-store.js';
import { EphemeralStore } from '../ports/ephemeral-store.js';
import { storeKey, type StoreKey } from '../ports/store-key.js';

/** Attempts from one address that are answered without delay. */
const FREE_TRIES = 10;
const FIRST_DELAY_MS = 500;
const MAX_DELAY_MS = 10_000;
/** Attempts are forgotten after this long without another one. */
const MEMORY_MS = 5 * 60_000;
/**
 * Above this many wrong guesses a minute from all addresses together, addresses that have never been right wait too.
 */
const FREE_GUESSES = 100;
const MINUTE_MS = 60_000;
/** How long a right guess is remembered. */
const KNOWN_MS = 3_600_000;
/** Attempts from one address that may wait at the same time. */
const MAX_WAITING = 64;
/** How often a waiting attempt checks whether its turn has come. */
const STEP_MS = 100;

/** Somebody presenting a credential. */
export interface Attempt {
  /** The kind of credential; each kind is counted separately. */
  readonly scope: string;
  readonly address: string;
  /** Whether the one presenting it has given up. */
  readonly gone: () => boolean;
}

interface Guess extends Attempt {
  /** What the secret belongs to, if known; without it, guesses at all secrets of the scope count together. */
  readonly target?: string;
  readonly secret: string;
}

/** The attempts of all addresses together. */
interface Crowd {
  readonly key: StoreKey<number>;
  /** Whether the current address is exempt from the crowd's delay. */
  readonly spares: boolean;
}

/**
 * Slows down guessing, per kind of credential and address. After ten attempts the next ones run one at a time, each
 * after twice the delay of the one before, up to ten seconds. An address therefore gets no more than ten of them a
 * minute, however many it makes in parallel and on however many nodes. When all addresses together make many wrong
 * guesses, addresses that have never been right are delayed from their first attempt on.
 *
 * Many honest people may share an address. A right credential does not count as an attempt, parallel attempts with the
 * same secret count once, and a secret that was right before is no longer a guess.
 */
@Injectable()
export class AttemptThrottle {
  private readonly store: DegradableStore;
  /** By address and secret: whether the secret was right. */
  private readonly underWay = new Map<string, Promise<boolean>>();
  /** Addresses with an attempt on this node that has the turn or is asking for it. */
  private readonly turns = new Set<string>();

  constructor(
    store: EphemeralStore,
    private readonly clock: MonotonicClock,
  ) {
    this.store = new DegradableStore(store, clock);
  }

  /**
   * Looks up a secret short enough to be guessed, once its turn has come.
   * @param look resolves to `undefined` when the secret is wrong
   * @returns what `look` returned; `undefined` when the caller has given up
   * @throws AppError `rate_limited` when too many attempts from this address are waiting already
   */
  async guess<T>(guess: Guess, look: () => Promise<T | undefined>): Promise<T | undefined> {
    const key = `${targetOf(guess)}@${placeOf(guess)}:${sha256(guess.secret).toString('base64url')}`;
    for (let other = this.underWay.get(key); other !== undefined; other = this.underWay.get(key)) {
      // A secret just proven right needs no throttling; anything else waits its own turn.
      if (await other) return look();
    }
    if (guess.gone()) return undefined;
    const found = this.lookUp(storeKey('right', key), guess, look).finally(() => this.underWay.delete(key));
    const isRight = found.then((value) => value !== undefined);
    // Waiters see the failure through `underWay`; without any, the rejection must not be unhandled.
    isRight.catch(() => undefined);
    this.underWay.set(key, isRight);
    return found;
  }

  /**
   * Counts a wrong credential of a kind too long to be guessed. Right ones of that kind never wait.
   * @returns false when the caller has given up
   * @throws AppError `rate_limited` when too many attempts from this address are waiting already
   */
  async wrong(attempt: Attempt): Promise<boolean> {
    const counts = await this.count(attempt);
    if (counts !== undefined) await Promise.all(counts.map((key) => this.add(forgivable(key), 1)));
    return counts !== undefined;
  }

  /**
   * A credential too long to be guessed was right: the wrong ones of its kind from this address were mistakes and are
   * forgotten. Guesses stay counted, and waiting attempts keep waiting.
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

  /**
   * The key of the minute in which all nodes count together. The store ends it, because the nodes' clocks are
   * unrelated.
   */
  private async minuteOf(target: string): Promise<string> {
    const key = storeKey<string>('guesses', target, 'minute');
    const next = randomHex(16);
    return (await this.store.claim(key, next, { ttlMs: MINUTE_MS })) ? next : ((await this.store.get(key)) ?? next);
  }

  /**
   * Counts an attempt before anything is looked up, so that parallel attempts gain nothing, and delays it if needed.
   * @param crowd where the attempts of all addresses are counted, if this one takes part
   * @returns the counters it was added to; `undefined` when the caller has given up
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

  /** Waits for this attempt's turn, then for the delay it has earned. @returns false when the caller has given up */
  private async turn(attempt: Attempt, crowd: Crowd | undefined): Promise<boolean> {
    const { quick, slow } = countsOf(attempt);
    const turn = storeKey<true>('turn', placeOf(attempt));
    while (!(await this.takeTurn(turn))) {
      await sleep(STEP_MS);
      if (attempt.gone()) return false;
    }
    try {
      const tries = await this.add(slow, 1);
      // Keep the free attempts used up for as long as more arrive.
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

  /** On each node only one attempt per address asks the store at a time. */
  private async takeTurn(turn: StoreKey<true>): Promise<boolean> {
    if (this.turns.has(turn)) return false;
    this.turns.add(turn);
    let isMine = false;
    try {
      // Outlives any turn, in case this node dies before giving it back.
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
