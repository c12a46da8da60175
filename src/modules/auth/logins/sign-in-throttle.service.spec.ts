import { describe, expect, it } from 'vitest';
import { Clock } from '../../../common/time/clock.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { InProcessEphemeralStore } from '../../realtime/in-process/in-process.ephemeral-store.js';
import { SignInThrottle } from './sign-in-throttle.service.js';

class TestClock extends Clock {
  time = 1_700_000_000_000;
  now(): number {
    return this.time;
  }
}

class TestMonotonicClock extends MonotonicClock {
  time = 0;
  elapsed(): number {
    return this.time;
  }
}

const HOUR_MS = 3_600_000;
const STEPS = [-HOUR_MS, HOUR_MS, 365 * 24 * HOUR_MS];

const setUp = () => {
  const clock = new TestClock();
  const monotonic = new TestMonotonicClock();
  const throttle = new SignInThrottle(new InProcessEphemeralStore(monotonic), clock, monotonic);
  const pass = (ms: number): void => {
    clock.time += ms;
    monotonic.time += ms;
  };
  return { clock, throttle, pass };
};

describe('the sign-in throttle', () => {
  it('lets the free attempts and one more through if guesses race', async () => {
    const { throttle } = setUp();
    const places = Array.from({ length: 50 }, (_, n) => `198.51.100.${n}`);
    const tries = await Promise.allSettled(places.map((place) => throttle.attempt('a@example.org', place)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(11);
    for (const each of tries.slice(11)) {
      expect(each).toMatchObject({ reason: { code: 'rate_limited', retryAfterSeconds: 1 } });
    }
  });

  it('counts the addresses of one IPv6 network as one', async () => {
    const { throttle } = setUp();
    for (let n = 0; n < 21; n++) {
      const attempt = await throttle.attempt(`someone${n}@example.org`, `2001:db8:0:1::${n.toString(16)}`);
      await attempt.failed();
    }
    await expect(throttle.attempt('else@example.org', '2001:db8:0:1:ffff::1')).rejects.toMatchObject({
      code: 'rate_limited',
    });
    await expect(throttle.attempt('else@example.org', '2001:db8:0:2::1')).resolves.toBeDefined();
  });

  it('forgets failures after a quarter of an hour', async () => {
    const { throttle, pass } = setUp();
    for (let n = 0; n < 11; n++) await throttle.attempt('a@example.org', '198.51.100.1');
    await expect(throttle.attempt('a@example.org', '198.51.100.1')).rejects.toMatchObject({ code: 'rate_limited' });
    pass(15 * 60_000);
    for (let n = 0; n < 10; n++) await throttle.attempt('a@example.org', '198.51.100.1');
  });

  it.each(STEPS)('makes nobody wait longer when the wall clock steps by %d ms', async (step) => {
    const { clock, throttle, pass } = setUp();
    for (let n = 0; n < 13; n++) {
      await throttle.attempt('a@example.org', '198.51.100.1');
      if (n > 9) pass(2 ** (n - 10) * 1_000);
    }
    await throttle.attempt('a@example.org', '198.51.100.1');
    clock.time += step;
    const refusal: unknown = await throttle.attempt('a@example.org', '198.51.100.1').catch((error: unknown) => error);
    expect(refusal).toMatchObject({ code: 'rate_limited' });
    expect((refusal as { retryAfterSeconds: number }).retryAfterSeconds).toBeLessThanOrEqual(60);
    pass(8_000);
    await throttle.attempt('a@example.org', '198.51.100.1');
  });
});
