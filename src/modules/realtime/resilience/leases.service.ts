import { Injectable } from '@nestjs/common';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { Timers } from '../../../common/time/timers.js';
import { EphemeralStore } from '../ports/ephemeral-store.js';
import { Lease, type LeaseKey, tooMuch } from './lease.js';

/** Longer than a lease lives, so that a dead holder causes a delay but no failure. */
const PATIENCE_MS = 15_000;
/** Pauses between attempts to take a lease that another node holds; each is twice the one before. */
const FIRST_PAUSE_MS = 2;
const LAST_PAUSE_MS = 100;

const nothing = (): void => undefined;

/** Lets one caller at a time do something, across all nodes. */
@Injectable()
export class Leases {
  /** Who waits on this node, in order of arrival; the first is woken when the lease is given back here. */
  private readonly waiting = new Map<LeaseKey, Set<() => void>>();

  constructor(
    private readonly store: EphemeralStore,
    private readonly clock: MonotonicClock,
    private readonly timers: Timers,
  ) {}

  /** Runs `work` once the lease is free. @throws AppError `unavailable` when others hold it for too long */
  async run<T>(key: LeaseKey, work: (lease: Lease) => Promise<T>): Promise<T> {
    const lease = await this.wait(key);
    if (lease === undefined) throw tooMuch();
    try {
      return await work(lease);
    } finally {
      await lease.release();
    }
  }

  /** Runs `work` unless somebody holds the lease. */
  async runIfFree(key: LeaseKey, work: (lease: Lease) => Promise<void>): Promise<void> {
    const lease = this.lease(key, nothing);
    if (!(await lease.take())) return;
    await work(lease).finally(() => lease.release());
  }

  /**
   * @param lost called once when the lease is lost
   * @param busy called each time somebody else is found holding it; if it throws, the waiting ends
   * @returns `undefined` when others hold it for too long
   */
  async wait(key: LeaseKey, lost = nothing, busy = nothing): Promise<Lease | undefined> {
    const lease = this.lease(key, lost);
    const until = this.clock.elapsed() + PATIENCE_MS;
    for (let pause = FIRST_PAUSE_MS; !(await lease.take()); pause = Math.min(2 * pause, LAST_PAUSE_MS)) {
      busy();
      if (this.clock.elapsed() > until) return undefined;
      await this.pause(key, pause * (0.5 + Math.random()));
    }
    return lease;
  }

  private lease(key: LeaseKey, lost: () => void): Lease {
    const freed = (): void => this.waiting.get(key)?.values().next().value?.();
    return new Lease(this.store, this.clock, this.timers, key, { freed, lost });
  }

  private pause(key: LeaseKey, ms: number): Promise<void> {
    return new Promise((resolve) => {
      const waiting = this.waiting.get(key) ?? new Set();
      const goOn = (): void => {
        cancel();
        waiting.delete(goOn);
        if (waiting.size === 0) this.waiting.delete(key);
        resolve();
      };
      const cancel = this.timers.after(ms, goOn);
      this.waiting.set(key, waiting.add(goOn));
    });
  }
}
