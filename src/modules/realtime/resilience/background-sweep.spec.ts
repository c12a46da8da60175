import { Logger } from '@nestjs/common';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemMonotonicClock } from '../../../common/time/monotonic-clock.js';
import { BackgroundSweep } from './background-sweep.js';
import { InProcessEphemeralStore } from '../in-process/in-process.ephemeral-store.js';
import { storeKey } from '../ports/store-key.js';

const KEY = storeKey<string>('sweeper');

describe('BackgroundSweep', () => {
  let store: InProcessEphemeralStore;
  let node: () => BackgroundSweep;

  beforeEach(() => {
    vi.useFakeTimers();
    store = new InProcessEphemeralStore(new SystemMonotonicClock());
    const logger = new Logger();
    vi.spyOn(logger, 'error').mockReturnValue();
    node = () => new BackgroundSweep(store, KEY, logger);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  it('lets one node sweep at a time, and another one when it is done', async () => {
    const sweeps: string[] = [];
    let finish = (): void => undefined;
    const [first, second] = [node(), node()];
    first.start(1_000, () => {
      sweeps.push('first');
      return new Promise((resolve) => (finish = resolve));
    });
    await vi.advanceTimersByTimeAsync(500);
    second.start(1_000, () => {
      sweeps.push('second');
      return Promise.resolve();
    });
    await vi.advanceTimersByTimeAsync(3_000);
    expect(sweeps).toEqual(['first']);
    const stopped = first.stop();
    finish();
    await stopped;
    await vi.advanceTimersByTimeAsync(1_000);
    expect(sweeps).toEqual(['first', 'second']);
    await second.stop();
  });

  it('sweeps again after a sweep that failed', async () => {
    const sweep = vi.fn(() => Promise.reject(new Error('a fault')));
    const one = node();
    one.start(1_000, sweep);
    await vi.advanceTimersByTimeAsync(2_000);
    expect(sweep).toHaveBeenCalledTimes(2);
    await one.stop();
    expect(await store.get(KEY)).toBeUndefined();
  });

  it('repeats a step while there may be more, and no further once it is stopped', async () => {
    const one = node();
    let left = 3;
    await one.repeat(() => Promise.resolve(--left > 0));
    expect(left).toBe(0);
    await one.repeat(async () => {
      left++;
      await one.stop();
      return true;
    });
    expect(left).toBe(1);
  });
});
