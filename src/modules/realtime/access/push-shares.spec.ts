import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemMonotonicClock } from '../../../common/time/monotonic-clock.js';
import { PushShares } from './push-shares.js';

describe('PushShares', () => {
  let shares: PushShares;
  beforeEach(() => {
    vi.useFakeTimers();
    shares = new PushShares(new SystemMonotonicClock());
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('passes bursts of small messages, and then at most a quarter of the inbound rate', async () => {
    let passed = 0;
    while (shares.take('a', 'b', 10) === undefined) passed++;
    expect(passed).toBe(2_621);
    let waited = 0;
    for (let i = 0; i < 1_000; i++) {
      const wait = shares.take('a', 'b', 10);
      void (wait ?? Promise.resolve()).then(() => waited++);
    }
    await vi.advanceTimersByTimeAsync(1_000);
    expect(waited).toBeGreaterThan(500);
    expect(waited).toBeLessThan(700);
  });

  it('has a share for each pair, and counts large messages by size', () => {
    expect(shares.take('a', 'b', 262_144)).toBeUndefined();
    expect(shares.take('a', 'b', 262_144)).toBeUndefined();
    expect(shares.take('a', 'b', 1)).toBeDefined();
    expect(shares.take('c', 'b', 1)).toBeUndefined();
    expect(shares.take('a', 'c', 1)).toBeUndefined();
  });
});
