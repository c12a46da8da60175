import { describe, expect, it } from 'vitest';
import { sha256 } from '../../../common/security/digest.js';
import { Clock } from '../../../common/time/clock.js';
import { SystemMonotonicClock } from '../../../common/time/monotonic-clock.js';
import { KeyRing } from '../../../config/key-ring.js';
import { InProcessEphemeralStore } from '../../realtime/in-process/in-process.ephemeral-store.js';
import { newRefreshToken, type RefreshToken } from './refresh-token.js';
import { RefreshSuccessors } from './refresh-successors.service.js';

class TestClock extends Clock {
  time = Date.UTC(2026, 0, 1);
  now(): number {
    return this.time;
  }
}

const setUp = () => {
  const clock = new TestClock();
  const monotonic = new SystemMonotonicClock();
  const store = new InProcessEphemeralStore(monotonic);
  const node = (secret = 'a key that all nodes share, long enough') =>
    new RefreshSuccessors(new KeyRing(secret), store, monotonic, clock);
  return { clock, node, token: newRefreshToken() };
};

/** A login whose current refresh token is `token`. */
const given = (token: RefreshToken, address: string | null, { time }: TestClock) => ({
  secretDigest: sha256(token.secret),
  address,
  lastUsedAt: new Date(time),
});

describe('the successors of refresh tokens', () => {
  it('are the same for every caller, on any node', () => {
    const { node, token } = setUp();
    const [one, other] = [node(), node()];
    expect(one.of(token)).toEqual(other.of(token));
    expect(one.accessIdOf(token)).toBe(other.accessIdOf(token));
  });

  it('are not given to other addresses or for other tokens', () => {
    const { clock, node, token } = setUp();
    const successors = node();
    const login = given(successors.of(token), '192.0.2.1', clock);
    expect(successors.isFresh(login, token, '192.0.2.1')).toBe(true);
    expect(successors.isFresh(login, token, '192.0.2.2')).toBe(false);
    expect(successors.isFresh(login, { ...newRefreshToken(), handle: token.handle }, '192.0.2.1')).toBe(false);
    expect(successors.isFresh({ ...login, address: null }, token, '192.0.2.1')).toBe(false);
    expect(successors.isFresh(given(successors.of(successors.of(token)), '192.0.2.1', clock), token, '192.0.2.1')).toBe(
      false,
    );
  });

  it('are refused after ten seconds, and if the clock is as far behind', () => {
    const { clock, node, token } = setUp();
    const successors = node();
    const login = given(successors.of(token), '192.0.2.1', clock);
    for (const [passed, isFresh] of [
      [9_999, true],
      [10_000, false],
      [-9_999, true],
      [-10_000, false],
    ] as const) {
      clock.time = login.lastUsedAt.getTime() + passed;
      expect([passed, successors.isFresh(login, token, '192.0.2.1')]).toEqual([passed, isFresh]);
    }
  });

  it('cannot be derived from a token alone', () => {
    const { node, token } = setUp();
    const [ours, theirs] = [node(), node('the key of another installation, long enough')];
    expect(ours.of(token).secret).not.toEqual(theirs.of(token).secret);
    expect(ours.accessIdOf(token)).not.toBe(theirs.accessIdOf(token));
    expect(ours.of(token).secret.toString('base64url')).not.toContain(ours.accessIdOf(token));
  });
});
