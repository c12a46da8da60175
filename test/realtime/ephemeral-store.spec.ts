import { afterEach, beforeEach, expect, it } from 'vitest';
import { type AnyStore, describePorts, sleep, type TestNode } from './node.js';

describePorts('EphemeralStore', ({ start }) => {
  let node: TestNode;
  let store: AnyStore;

  beforeEach(async () => {
    node = await start();
    ({ store } = node);
  });
  afterEach(() => node.close());

  it.each([['text'], [''], [0], [-1.5], [true], [false], [null], [{ a: [1, { b: null }] }], [[]], ['\u0000"Ω']])(
    'returns %j unchanged',
    async (value) => {
      await store.swap('k', value);
      expect(await store.get('k')).toEqual(value);
      expect(await store.take('k')).toEqual(value);
      expect(await store.get('k')).toBeUndefined();
    },
  );

  it('lets one of many claim a key, until it is released', async () => {
    const outcomes = await Promise.all(Array.from({ length: 20 }, (_, n) => store.claim('k', { n })));
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    const n = outcomes.indexOf(true);
    expect(await store.get('k')).toEqual({ n });
    expect(await store.release('k', { n: n + 1 })).toBe(false);
    expect(await store.release('k', { n })).toBe(true);
    expect(await store.release('k', { n })).toBe(false);
    expect(await store.claim('k', 'mine')).toBe(true);
  });

  it('does not let a key with the value null be claimed', async () => {
    await store.swap('k', null);
    expect(await store.claim('k', 1)).toBe(false);
    expect(await store.swap('k', 2)).toBeNull();
  });

  it('releases by value, whatever the order of the members', async () => {
    await store.claim('k', { a: 1, b: { c: 2, d: 3 } });
    expect(await store.release('k', { b: { d: 3, c: 2 }, a: 1 })).toBe(true);
  });

  it('swaps in one order: each writer sees the previous one', async () => {
    const before = await Promise.all(Array.from({ length: 20 }, (_, n) => store.swap('k', n)));
    const last = await store.get('k');
    expect([...before, last].filter((n) => n !== undefined).sort((a, b) => Number(a) - Number(b))).toEqual(
      Array.from({ length: 20 }, (_, n) => n),
    );
    expect(before.filter((n) => n === undefined)).toHaveLength(1);
  });

  it('replaces a value for exactly one of the callers that expect it', async () => {
    expect(await store.replace('k', { n: 0 }, 'x')).toBe(false);
    await store.claim('k', { n: 0, m: 1 });
    const outcomes = await Promise.all(
      Array.from({ length: 10 }, (_, n) => store.replace('k', { m: 1, n: 0 }, { n: n + 1 })),
    );
    expect(outcomes.filter(Boolean)).toHaveLength(1);
    expect(await store.get('k')).toEqual({ n: outcomes.indexOf(true) + 1 });
    expect(await store.replace('k', { n: 0, m: 1 }, 'y')).toBe(false);
  });

  it('gives a value to exactly one of the callers that take it', async () => {
    await store.claim('k', 'v');
    const outcomes = await Promise.all(Array.from({ length: 10 }, () => store.take('k')));
    expect(outcomes.filter((outcome) => outcome !== undefined)).toEqual(['v']);
  });

  it('counts, up and down, and never above a limit', async () => {
    const sums = await Promise.all(Array.from({ length: 20 }, () => store.increment('k', 1, { limit: 7 })));
    expect(sums.filter((sum) => sum !== undefined).sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(await store.increment('k', -3)).toBe(4);
    expect(await store.increment('k', 4, { limit: 7 })).toBeUndefined();
    expect(await store.increment('k', 3, { limit: 7 })).toBe(7);
    expect(await store.get('k')).toBe(7);
    expect(await store.increment('k', -8)).toBe(-1);
  });

  it('releases a counter by its value', async () => {
    await store.increment('k', 1);
    await store.increment('k', -1);
    expect(await store.release('k', 0)).toBe(true);
    expect(await store.get('k')).toBeUndefined();
  });

  it('forgets a key after its lifetime, and lets it be claimed again', async () => {
    await store.claim('claimed', 1, { ttlMs: 40 });
    await store.swap('swapped', 1, { ttlMs: 40 });
    await store.increment('counted', 5, { ttlMs: 40 });
    await store.claim('stays', 1);
    await sleep(80);
    for (const key of ['claimed', 'swapped', 'counted']) expect(await store.get(key)).toBeUndefined();
    expect(await store.take('claimed')).toBeUndefined();
    expect(await store.release('swapped', 1)).toBe(false);
    expect(await store.increment('counted', 1)).toBe(1);
    expect(await store.claim('claimed', 2)).toBe(true);
    expect(await store.get('stays')).toBe(1);
  });

  it('writes thousands of keys at once, and removes those that still hold the value', async () => {
    const keys = Array.from({ length: 2_500 }, (_, n) => `k${n}`);
    await store.swap('k7', 'before');
    await store.swapAll(keys, { a: 1, b: 2 });
    expect(await Promise.all(['k0', 'k7', 'k2499'].map((key) => store.get(key)))).toEqual(
      Array.from({ length: 3 }, () => ({ a: 1, b: 2 })),
    );
    await store.swap('k7', 'after');
    expect(await store.releaseAll([...keys, 'nothing'], { b: 2, a: 1 })).toBe(2_499);
    expect(await Promise.all(['k0', 'k7', 'k2499'].map((key) => store.get(key)))).toEqual([
      undefined,
      'after',
      undefined,
    ]);
    await store.swapAll([], 1);
    expect(await store.releaseAll([], 1)).toBe(0);
  });

  it('gives each of many keys its lifetime', async () => {
    await store.swapAll(['a', 'b'], 1, { ttlMs: 40 });
    await store.swapAll(['c'], 1);
    await sleep(80);
    expect(await Promise.all(['a', 'b', 'c'].map((key) => store.get(key)))).toEqual([undefined, undefined, 1]);
  });

  it('restarts the lifetime with each write', async () => {
    await store.increment('k', 1, { ttlMs: 1_000 });
    await sleep(700);
    await store.increment('k', 1, { ttlMs: 1_000 });
    await sleep(700);
    expect(await store.get('k')).toBe(2);
    await store.swap('k', 0);
    await sleep(500);
    expect(await store.get('k')).toBe(0);
  });
});
