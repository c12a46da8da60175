import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemMonotonicClock } from '../../../common/time/monotonic-clock.js';
import { SystemTimers } from '../../../common/time/timers.js';
import { InProcessEphemeralStore } from '../in-process/in-process.ephemeral-store.js';
import { storeKey } from '../ports/store-key.js';
import { BackgroundSweep } from './background-sweep.js';
import { Leases } from './leases.service.js';

const KEY = storeKey<string>('sweeper');

class Sweep extends BackgroundSweep {
  constructor(
    leases: Leases,
    private readonly work: (sweep: Sweep) => Promise<void>,
  ) {
    super(leases, KEY, 1_000);
  }

  sweep(): Promise<void> {
    return this.work(this);
  }

  override repeat(step: () => Promise<boolean>): Promise<void> {
    return super.repeat(step);
  }
}

describe('BackgroundSweep', () => {
  let store: InProcessEphemeralStore;
  let node: (work: (sweep: Sweep) => Promise<void>) => Sweep;

  beforeEach(() => {
    vi.useFakeTimers();
    store = new InProcessEphemeralStore(new SystemMonotonicClock());
    vi.spyOn(Logger.prototype, 'error').mockReturnValue();
    node = (work) => new Sweep(new Leases(store, new SystemMonotonicClock(), new SystemTimers()), work);
  });

  afterEach(() => {
    vi.restoreAllMocks();
    vi.useRealTimers();
  });

  it('lets one node sweep at a time, and another once it is done', async () => {
    const sweeps: string[] = [];
    let finish = (): void => undefined;
    const first = node(() => {
      sweeps.push('first');
      return new Promise((resolve) => (finish = resolve));
    });
    const second = node(() => {
      sweeps.push('second');
      return Promise.resolve();
    });
    void first.onApplicationBootstrap();
    await vi.advanceTimersByTimeAsync(500);
    void second.onApplicationBootstrap();
    await vi.advanceTimersByTimeAsync(3_000);
    expect(sweeps).toEqual(['first']);
    const stopped = first.onModuleDestroy();
    finish();
    await stopped;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sweeps).toEqual(['first', 'second']);
    await second.onModuleDestroy();
  });

  it('sweeps again after a sweep that failed', async () => {
    const sweep = vi.fn(() => Promise.reject(new Error('a fault')));
    const one = node(sweep);
    void one.onApplicationBootstrap();
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sweep).toHaveBeenCalledTimes(2);
    await one.onModuleDestroy();
    expect(await store.get(KEY)).toBeUndefined();
  });

  it('repeats a step while there may be more, but not once it is stopped', async () => {
    const one = node(() => Promise.resolve());
    let left = 3;
    await one.repeat(() => Promise.resolve(--left > 0));
    expect(left).toBe(0);
    await one.repeat(async () => {
      left++;
      await one.onModuleDestroy();
      return true;
    });
    expect(left).toBe(1);
  });

  it('stops once another node may sweep', async () => {
    let pieces = 0;
    const one = node((sweep) =>
      sweep.repeat(async () => {
        await store.swap(KEY, 'another');
        await vi.advanceTimersByTimeAsync(5_000);
        return ++pieces < 10;
      }),
    );
    void one.onApplicationBootstrap();
    await vi.advanceTimersByTimeAsync(1_000);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(pieces).toBe(1);
    await one.onModuleDestroy();
  });
});
