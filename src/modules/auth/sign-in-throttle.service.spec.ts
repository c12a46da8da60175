import { describe, expect, it } from 'vitest';
import { Clock } from '../../common/time/clock.js';
import { InProcessEphemeralStore } from '../realtime/in-process.ephemeral-store.js';
import { SignInThrottle } from './sign-in-throttle.service.js';

class TestClock extends Clock {
  time = 1_700_000_000_000;
  now(): number {
    return this.time;
  }
}

const setUp = () => {
  const clock = new TestClock();
  const throttle = new SignInThrottle(new InProcessEphemeralStore(clock), clock);
  return { clock, throttle };
};

describe('the sign-in throttle', () => {
  it('lets the free tries and one more through when guesses race', async () => {
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
    const { clock, throttle } = setUp();
    for (let n = 0; n < 11; n++) await throttle.attempt('a@example.org', '198.51.100.1');
    await expect(throttle.attempt('a@example.org', '198.51.100.1')).rejects.toMatchObject({ code: 'rate_limited' });
    clock.time += 15 * 60_000;
    for (let n = 0; n < 10; n++) await throttle.attempt('a@example.org', '198.51.100.1');
  });
});
