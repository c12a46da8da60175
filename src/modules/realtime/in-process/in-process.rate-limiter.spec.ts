import { describe, expect, it } from 'vitest';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { InProcessRateLimiter } from './in-process.rate-limiter.js';
import { type RateLimiter } from '../ports/rate-limiter.js';

class TestClock extends MonotonicClock {
  time = 0;
  elapsed(): number {
    return this.time;
  }
}

/** What every implementation of the port must do. */
function behavesAsRateLimiter(name: string, make: (clock: TestClock) => RateLimiter): void {
  describe(name, () => {
    const limit = { rate: 10, burst: 3 };
    const takeAll = async (limiter: RateLimiter, count: number): Promise<number[]> => {
      const waits: number[] = [];
      for (let i = 0; i < count; i++) waits.push(await limiter.take('a', limit));
      return waits;
    };

    it('lets a full bucket burst, then says how long the next token takes', async () => {
      const limiter = make(new TestClock());
      expect(await takeAll(limiter, 5)).toEqual([0, 0, 0, 100, 100]);
    });

    it('refills at the rate, up to the burst and no further', async () => {
      const clock = new TestClock();
      const limiter = make(clock);
      await takeAll(limiter, 3);
      clock.time += 100;
      expect(await takeAll(limiter, 2)).toEqual([0, 100]);
      clock.time += 60_000;
      expect(await takeAll(limiter, 4)).toEqual([0, 0, 0, 100]);
    });

    it('takes nothing when it refuses', async () => {
      const clock = new TestClock();
      const limiter = make(clock);
      await takeAll(limiter, 50);
      clock.time += 100;
      expect(await limiter.take('a', limit)).toBe(0);
    });

    it('keeps keys apart', async () => {
      const limiter = make(new TestClock());
      await takeAll(limiter, 4);
      expect(await limiter.take('b', limit)).toBe(0);
    });

    it('gives exactly the burst to callers that race', async () => {
      const limiter = make(new TestClock());
      const waits = await Promise.all(Array.from({ length: 20 }, () => limiter.take('a', limit)));
      expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
    });
  });
}

behavesAsRateLimiter('the in-process rate limiter', (clock) => new InProcessRateLimiter(clock));
