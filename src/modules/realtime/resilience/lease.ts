import { AppError } from '../../../common/errors/app-error.js';
import { randomHex } from '../../../common/security/random.js';
import { type MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { type Timers } from '../../../common/time/timers.js';
import { type EphemeralStore } from '../ports/ephemeral-store.js';
import { type StoreKey } from '../ports/store-key.js';
import { untilAvailable } from './until-available.js';

/** A holder that died loses the lease after this. */
const LIFE = { ttlMs: 10_000 };
const RENEW_MS = 3_000;
/**
 * A holder that cannot renew stops this long before others may take the lease, so that its last writes have arrived by
 * then.
 */
const MARGIN_MS = 2_000;

export type LeaseKey = StoreKey<string>;

/** The exclusive right, among all nodes, to do something; renewed until it is given back or lost. */
export class Lease {
  private readonly owner = randomHex(16);
  private end = -Infinity;
  private stop: (() => void) | undefined;

  constructor(
    private readonly store: EphemeralStore,
    private readonly clock: MonotonicClock,
    private readonly timers: Timers,
    private readonly key: LeaseKey,
    private readonly when: { readonly freed: () => void; readonly lost: () => void },
  ) {}

  /** False once another node may hold it, because this one slept or the shared state is away. */
  get held(): boolean {
    return this.clock.elapsed() < this.end;
  }

  /** Call before a write that must not come after the next holder's. @throws AppError `unavailable` */
  demand(): void {
    if (!this.held) throw tooMuch();
  }

  /** @returns false while somebody else holds it */
  async take(): Promise<boolean> {
    const from = this.clock.elapsed();
    try {
      if (!(await this.store.claim(this.key, this.owner, LIFE))) return false;
    } catch (error) {
      // No answer, but the claim may still take effect.
      await this.release();
      throw error;
    }
    this.renewed(from);
    this.stop = this.timers.every(RENEW_MS, () => void this.renew());
    return true;
  }

  /**
   * Never fails. Retries in the background, so that others need not wait for the lease to expire unless the shared
   * state stays away.
   */
  async release(): Promise<void> {
    this.giveUp();
    const until = this.clock.elapsed() + LIFE.ttlMs;
    const giveBack = (): Promise<boolean> => this.store.release(this.key, this.owner);
    await giveBack().catch(() => {
      void untilAvailable(giveBack, () => this.clock.elapsed() > until).catch(() => undefined);
    });
    this.when.freed();
  }

  private async renew(): Promise<void> {
    const from = this.clock.elapsed();
    const isMine = await this.store.replace(this.key, this.owner, this.owner, LIFE).catch(() => undefined);
    if (this.stop === undefined) return;
    if (isMine === true) this.renewed(from);
    if (isMine !== false && this.held) return;
    this.giveUp();
    this.when.lost();
  }

  private renewed(from: number): void {
    this.end = from + LIFE.ttlMs - MARGIN_MS;
  }

  private giveUp(): void {
    this.stop?.();
    this.stop = undefined;
    this.end = -Infinity;
  }
}

export const tooMuch = (): AppError => new AppError('unavailable', 'Too much is going on at once, try later.');
