import { Injectable } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../../common/errors/app-error.js';
import { randomHex } from '../../../common/security/random.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { untilAvailable } from '../../realtime/resilience/until-available.js';
import { keys } from '../omikron.channels.js';

/** A holder that died is forgotten after this. */
const LIFE_MS = 10_000;
/** Longer than that, so that a dead holder delays but does not fail. */
const PATIENCE_MS = 15_000;
const STEP_MS = 5;

/** Lets one at a time, on all nodes, change what consists of several entries. Held for milliseconds. */
@Injectable()
export class StoreLocks {
  constructor(
    private readonly store: EphemeralStore,
    private readonly clock: MonotonicClock,
  ) {}

  /** @throws AppError `unavailable` when others hold it for too long */
  async run<T>(name: string, work: () => Promise<T>): Promise<T> {
    const key = keys.lock(name);
    const owner = randomHex(32);
    const until = this.clock.elapsed() + PATIENCE_MS;
    try {
      while (!(await this.store.claim(key, owner, { ttlMs: LIFE_MS }))) {
        if (this.clock.elapsed() > until) throw new AppError('unavailable', 'Too much is going on at once, try later.');
        await sleep(1 + Math.random() * STEP_MS);
      }
      return await work();
    } finally {
      // What was done is done, and a claim that was not answered may be heard yet: nobody shall wait for its life to end.
      await this.store.release(key, owner).catch(() => {
        void untilAvailable(
          () => this.store.release(key, owner),
          () => this.clock.elapsed() > until,
        ).catch(() => undefined);
      });
    }
  }
}

const CHUNK = 1_000;

/** Does `work` for every item, a thousand at a time. */
export async function forEach<T>(items: Iterable<T>, work: (item: T) => Promise<unknown>): Promise<void> {
  let running: Promise<unknown>[] = [];
  for (const item of items) {
    if (running.push(work(item)) < CHUNK) continue;
    await Promise.all(running);
    running = [];
  }
  await Promise.all(running);
}
