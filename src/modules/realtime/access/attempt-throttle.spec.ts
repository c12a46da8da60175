import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../common/errors/app-error.js';
import { SystemMonotonicClock } from '../../../common/time/monotonic-clock.js';
import { AttemptThrottle } from './attempt-throttle.js';
import { InProcessEphemeralStore } from '../in-process/in-process.ephemeral-store.js';

const RIGHT = 'ABCD';

describe('AttemptThrottle', () => {
  let store: InProcessEphemeralStore;
  let throttle: AttemptThrottle;
  let serial = 0;
  /** The secrets that were looked up. */
  const looked = vi.fn<(secret: string) => void>();

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_000 });
    looked.mockReset();
    const clock = new SystemMonotonicClock();
    store = new InProcessEphemeralStore(clock);
    throttle = new AttemptThrottle(store, clock);
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  /** @returns whether it was right */
  const guess = async (address: string, secret = `wrong ${++serial}`, more: object = {}): Promise<boolean> => {
    const attempt = { scope: 'codes', address, secret, gone: () => false, ...more };
    const found = await throttle.guess(attempt, () => {
      looked(secret);
      return Promise.resolve(secret.startsWith(RIGHT) ? secret : undefined);
    });
    return found !== undefined;
  };

  /** Milliseconds something takes, by the faked clock. */
  async function duration(work: Promise<unknown>): Promise<number> {
    const start = Date.now();
    let done = -1;
    const settled = () => {
      done = Date.now() - start;
    };
    work.then(settled, settled);
    for (let i = 0; i < 200 && done < 0; i++) await vi.advanceTimersByTimeAsync(100);
    return done;
  }

  const fail = async (address: string, times: number): Promise<void> => {
    for (let i = 0; i < times; i++) await duration(guess(address));
  };

  it('answers ten attempts at once and delays each further one longer, up to ten seconds', async () => {
    const taken: number[] = [];
    for (let i = 0; i < 18; i++) taken.push(await duration(guess('192.0.2.1')));
    expect(taken).toEqual([...Array<number>(10).fill(0), 500, 1_000, 2_000, 4_000, 8_000, 10_000, 10_000, 10_000]);
  });

  it('does the same for mistakes', async () => {
    const wrong = () => throttle.wrong({ scope: 'tokens', address: '192.0.2.1', gone: () => false });
    for (let i = 0; i < 10; i++) expect(await duration(wrong())).toBe(0);
    expect(await duration(wrong())).toBe(500);
    await throttle.succeeded('tokens', '192.0.2.1');
    for (let i = 0; i < 10; i++) expect(await duration(wrong())).toBe(0);
    expect(await duration(wrong())).toBe(500);
  });

  it('forgives mistakes and no guesses', async () => {
    const wrong = () => throttle.wrong({ scope: 'codes', address: '192.0.2.1', gone: () => false });
    for (let i = 0; i < 4; i++) expect(await duration(wrong())).toBe(0);
    await fail('192.0.2.1', 6);
    expect(await duration(wrong())).toBe(500);
    await throttle.succeeded('codes', '192.0.2.1');
    for (let i = 0; i < 4; i++) expect(await duration(guess('192.0.2.1'))).toBe(0);
    expect(await duration(guess('192.0.2.1'))).toBe(500);
    await throttle.succeeded('codes', '192.0.2.1');
    expect(await duration(guess('192.0.2.1'))).toBe(1_000);
  });

  it('leaves other addresses and scopes alone, and counts an IPv6 /64 as one address', async () => {
    await fail('2001:db8::1', 12);
    expect(await duration(guess('192.0.2.2'))).toBe(0);
    expect(await duration(guess('2001:db8::1', 'x', { scope: 'logins' }))).toBe(0);
    expect(await duration(guess('2001:db8::ffff:2'))).toBeGreaterThan(0);
    expect(await duration(guess('2001:db8:0:1::1'))).toBe(0);
  });

  it('looks up at most ten parallel attempts per minute, on any number of nodes', async () => {
    const other = new AttemptThrottle(store, new SystemMonotonicClock());
    for (const each of [throttle, other]) {
      for (let i = 0; i < 25; i++) {
        const attempt = { scope: 'codes', address: '192.0.2.1', secret: `${++serial}`, gone: () => false };
        void each
          .guess(attempt, () => {
            looked(attempt.secret);
            return Promise.resolve(undefined);
          })
          .catch(() => undefined);
      }
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(looked).toHaveBeenCalledTimes(10);
    await vi.advanceTimersByTimeAsync(60_000);
    const first = looked.mock.calls.length - 10;
    expect(first).toBeGreaterThan(5);
    expect(first).toBeLessThanOrEqual(10);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(looked.mock.calls.length - 10 - first).toBeLessThanOrEqual(10);
  });

  it('neither clears the count nor releases waiting attempts after a right guess', async () => {
    for (let round = 0; round < 5; round++) {
      await fail('192.0.2.1', 2);
      expect(await guess('192.0.2.1', RIGHT)).toBe(true);
    }
    const waiting = Array.from({ length: 5 }, () => guess('192.0.2.1'));
    await vi.advanceTimersByTimeAsync(0);
    expect(await guess('192.0.2.1', RIGHT)).toBe(true);
    looked.mockReset();
    await vi.advanceTimersByTimeAsync(400);
    expect(looked).not.toHaveBeenCalled();
    await vi.advanceTimersByTimeAsync(16_000);
    expect(await Promise.all(waiting)).toEqual(Array(5).fill(false));
  });

  it('forgets attempts after five quiet minutes', async () => {
    await fail('192.0.2.1', 12);
    await vi.advanceTimersByTimeAsync(5 * 60_000);
    expect(await duration(guess('192.0.2.1'))).toBe(0);
  });

  it('admits a crowd of one address with the same secret at once, and later ones with it', async () => {
    const crowd = Array.from({ length: 400 }, () => guess('192.0.2.1', RIGHT));
    expect(await duration(Promise.all(crowd))).toBe(0);
    expect(new Set(await Promise.all(crowd))).toEqual(new Set([true]));
    await fail('192.0.2.1', 12);
    expect(await duration(guess('192.0.2.1', RIGHT))).toBe(0);
    expect(await duration(guess('192.0.2.1', `${RIGHT} too`))).toBeGreaterThan(0);
  });

  it('does not count right secrets: a crowd with many of them is not slowed', async () => {
    for (let i = 0; i < 30; i++) expect(await duration(guess('192.0.2.1', `${RIGHT} ${i}`))).toBe(0);
    await fail('192.0.2.1', 9);
    expect(await duration(guess('192.0.2.1'))).toBe(0);
  });

  it('counts a secret again that is no longer right', async () => {
    const dying = (isRight: boolean) =>
      throttle.guess({ scope: 'codes', address: '192.0.2.1', secret: 'X', gone: () => false }, () =>
        Promise.resolve(isRight ? true : undefined),
      );
    await dying(true);
    for (let i = 0; i < 10; i++) expect(await duration(dying(false))).toBe(0);
    expect(await duration(dying(false))).toBe(500);
  });

  it('gives no advantage to the same wrong secret sent in parallel', async () => {
    for (let i = 0; i < 30; i++) void guess('192.0.2.1', 'same').catch(() => undefined);
    await vi.advanceTimersByTimeAsync(400);
    expect(looked).toHaveBeenCalledTimes(10);
  });

  it('does not count attempts that could not be looked up', async () => {
    const away = () =>
      throttle.guess({ scope: 'codes', address: '192.0.2.1', secret: 'X', gone: () => false }, () =>
        Promise.reject(new AppError('database_unavailable', 'away')),
      );
    for (let i = 0; i < 20; i++) await expect(away()).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(await duration(guess('192.0.2.1'))).toBe(0);
  });

  it('slows addresses without a success once all together guess a lot in a minute', async () => {
    await guess('198.51.100.1', RIGHT);
    for (let n = 0; n < 10; n++) await fail(`192.0.2.${n}`, 10);
    expect(await duration(guess('192.0.2.200'))).toBe(500);
    expect(await duration(guess('198.51.100.1'))).toBe(0);
    expect(await duration(guess('192.0.2.201', 'x', { scope: 'logins' }))).toBe(0);
    expect(await duration(guess('192.0.2.202', 'x', { target: 'one of many' }))).toBe(0);
    await vi.advanceTimersByTimeAsync(60_000);
    expect(await duration(guess('192.0.2.203'))).toBe(0);
  });

  it('slows them more, the more there are', async () => {
    for (let n = 0; n < 350; n++) void guess(`192.0.${n % 2}.${Math.floor(n / 2)}`);
    await vi.advanceTimersByTimeAsync(1_900);
    expect(looked).toHaveBeenCalledTimes(100);
    await vi.advanceTimersByTimeAsync(200);
    expect(looked).toHaveBeenCalledTimes(350);
    expect(await duration(guess('198.51.100.1'))).toBe(2_000);
  });

  it('counts the guesses of all addresses together on nodes that began at other times', async () => {
    const monotonic = new SystemMonotonicClock();
    const older = { elapsed: () => monotonic.elapsed() + 3_600_000 };
    const nodes = [throttle, new AttemptThrottle(store, older)];
    for (let n = 0; n < 120; n++) {
      const attempt = { scope: 'codes', address: `192.0.2.${n}`, secret: `${++serial}`, gone: () => false };
      const look = () => {
        looked(attempt.secret);
        return Promise.resolve(undefined);
      };
      void nodes[n % 2]?.guess(attempt, look);
    }
    await vi.advanceTimersByTimeAsync(0);
    expect(looked).toHaveBeenCalledTimes(100);
  });

  it('stops waiting on behalf of clients that have given up', async () => {
    await fail('192.0.2.1', 17);
    let gone = false;
    const outcome = guess('192.0.2.1', 'late', { gone: () => gone });
    await vi.advanceTimersByTimeAsync(1_000);
    gone = true;
    looked.mockReset();
    await vi.advanceTimersByTimeAsync(100);
    await expect(outcome).resolves.toBe(false);
    expect(looked).not.toHaveBeenCalled();
  });

  it('refuses to keep more than 64 attempts of one address waiting', async () => {
    let gone = false;
    const outcomes = Array.from({ length: 80 }, () =>
      guess('192.0.2.1', undefined, { gone: () => gone }).catch((error: unknown) => error),
    );
    await vi.advanceTimersByTimeAsync(100);
    gone = true;
    await vi.advanceTimersByTimeAsync(1_000);
    const refused = (await Promise.all(outcomes)).filter((outcome) => outcome !== false);
    expect(refused).toHaveLength(80 - 10 - 64);
    expect(refused[0]).toMatchObject({ code: 'rate_limited' });
    // The places are free again.
    expect(await duration(guess('192.0.2.1'))).toBe(1_000);
  });
});
