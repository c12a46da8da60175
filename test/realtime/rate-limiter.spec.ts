import { afterEach, beforeEach, expect, it } from 'vitest';
import { describePorts, sleep, type TestNode } from './node.js';

describePorts('RateLimiter', ({ start }) => {
  // Slow enough that nothing is refilled while the test runs.
  const limit = { rate: 2, burst: 3 };
  let node: TestNode;

  beforeEach(async () => {
    node = await start();
  });
  afterEach(() => node.close());

  const takeAll = async (key: string, count: number): Promise<number[]> => {
    const waits: number[] = [];
    for (let i = 0; i < count; i++) waits.push(await node.limiter.take(key, limit));
    return waits;
  };

  it('lets a full bucket burst, then says how long the next token takes, for each key', async () => {
    const [a, b, c, d, e] = await takeAll('a', 5);
    expect([a, b, c]).toEqual([0, 0, 0]);
    for (const wait of [d, e]) {
      expect(wait).toBeGreaterThan(0);
      expect(wait).toBeLessThanOrEqual(500);
    }
    expect(await node.limiter.take('b', limit)).toBe(0);
  });

  it('gives one token after the wait it named, not two', async () => {
    await takeAll('a', 3);
    const wait = await node.limiter.take('a', limit);
    await sleep(wait + 20);
    expect(await node.limiter.take('a', limit)).toBe(0);
    expect(await node.limiter.take('a', limit)).toBeGreaterThan(0);
  });

  it('gives exactly the burst to callers that race', async () => {
    const waits = await Promise.all(Array.from({ length: 20 }, () => node.limiter.take('a', limit)));
    expect(waits.filter((wait) => wait === 0)).toHaveLength(3);
  });
});
