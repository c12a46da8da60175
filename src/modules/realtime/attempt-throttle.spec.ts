import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../common/time/clock.js';
import { AttemptThrottle } from './attempt-throttle.js';
import { InProcessEphemeralStore } from './in-process.ephemeral-store.js';

const here = (): boolean => false;

describe('AttemptThrottle', () => {
  let throttle: AttemptThrottle;

  beforeEach(() => {
    vi.useFakeTimers();
    const clock = new SystemClock();
    throttle = new AttemptThrottle(new InProcessEphemeralStore(clock), clock);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** Milliseconds one try takes, by the faked clock. */
  async function duration(address: string, scope = 'codes'): Promise<number> {
    const start = Date.now();
    let done = -1;
    void throttle.attempt(scope, address, here).then(() => {
      done = Date.now() - start;
    });
    for (let i = 0; i < 200 && done < 0; i++) await vi.advanceTimersByTimeAsync(100);
    return done;
  }

  it('answers ten tries at once and lets each further one wait longer, up to ten seconds', async () => {
    const taken: number[] = [];
    for (let i = 0; i < 18; i++) taken.push(await duration('192.0.2.1'));
    expect(taken).toEqual([...Array<number>(10).fill(0), 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  });

  it('leaves other addresses and other scopes alone, and takes an IPv6 /64 for one address', async () => {
    for (let i = 0; i < 12; i++) await duration('2001:db8::1');
    expect(await duration('192.0.2.2')).toBe(0);
    expect(await duration('2001:db8::1', 'logins')).toBe(0);
    expect(await duration('2001:db8::ffff:2')).toBeGreaterThan(0);
    expect(await duration('2001:db8:0:1::1')).toBe(0);
  });

  it('forgets the tries after a success, and after five minutes of quiet', async () => {
    for (let i = 0; i < 12; i++) await duration('192.0.2.1');
    await throttle.succeeded('codes', '192.0.2.1');
    expect(await duration('192.0.2.1')).toBe(0);
    for (let i = 0; i < 12; i++) await duration('192.0.2.1');
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(await duration('192.0.2.1')).toBe(0);
  });

  it('lets those who wait go on when one of them was right', async () => {
    const done = vi.fn();
    for (let i = 0; i < 30; i++) void throttle.attempt('codes', '192.0.2.1', here).then(done);
    await vi.advanceTimersByTimeAsync(0);
    expect(done).toHaveBeenCalledTimes(10);
    await throttle.succeeded('codes', '192.0.2.1');
    await vi.advanceTimersByTimeAsync(100);
    expect(done).toHaveBeenCalledTimes(30);
  });

  it('stops waiting for whoever has given up', async () => {
    for (let i = 0; i < 17; i++) await duration('192.0.2.1');
    let gone = false;
    const outcome = throttle.attempt('codes', '192.0.2.1', () => gone);
    await vi.advanceTimersByTimeAsync(1_000);
    gone = true;
    await vi.advanceTimersByTimeAsync(100);
    await expect(outcome).resolves.toBe(false);
  });

  it('lets a crowd of one address in that was counted before the first of it was found right', async () => {
    const outcomes = Array.from({ length: 400 }, () =>
      throttle.attempt('codes', '192.0.2.1', here).catch((error: unknown) => error),
    );
    await vi.advanceTimersByTimeAsync(400);
    await throttle.succeeded('codes', '192.0.2.1');
    await vi.advanceTimersByTimeAsync(100);
    const refused = (await Promise.all(outcomes)).filter((outcome) => outcome !== true);
    expect(refused).toHaveLength(400 - 10 - 64 - 256);
  });

  it('refuses to let more than 64 tries of one address wait', async () => {
    const outcomes = Array.from({ length: 80 }, () =>
      throttle.attempt('codes', '192.0.2.1', here).catch((error: unknown) => error),
    );
    await vi.advanceTimersByTimeAsync(20_000);
    const refused = (await Promise.all(outcomes)).filter((outcome) => outcome !== true);
    expect(refused).toHaveLength(80 - 10 - 64);
    expect(refused[0]).toMatchObject({ code: 'rate_limited' });
    // The places are free again.
    expect(await duration('192.0.2.1')).toBe(10_000);
  });
});
