import { PassThrough } from 'node:stream';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { untilDrained } from './until-drained.js';

describe('untilDrained', () => {
  beforeEach(() => {
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('looks ever more seldom, since many clients may read nothing', async () => {
    let looks = 0;
    let drained = false;
    const done = untilDrained(() => (looks++, drained));
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks).toBeLessThan(400);
    drained = true;
    await vi.advanceTimersByTimeAsync(1_000);
    await done;
  });

  it.each(['resume', 'destroy'] as const)('waits for a stream above its high-water mark, until %s', async (end) => {
    const stream = new PassThrough({ highWaterMark: 1 });
    stream.write('too much');
    let looks = 0;
    const done = untilDrained(() => (looks++, stream.destroyed || stream.writableLength === 0), stream);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looks).toBe(1);
    stream[end]();
    await done;
  });
});
