import { describe, expect, it, vi } from 'vitest';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { InProcessEphemeralStore } from '../../realtime/in-process/in-process.ephemeral-store.js';
import { newRefreshToken } from './refresh-token.js';
import { RefreshSuccessors } from './refresh-successors.service.js';

class TestClock extends MonotonicClock {
  time = 0;
  elapsed(): number {
    return this.time;
  }
}

const pair = (name: string) => ({ accessToken: `access ${name}`, expiresIn: 900, refreshToken: `refresh ${name}` });

const setUp = () => {
  const clock = new TestClock();
  const store = new InProcessEphemeralStore(clock);
  const claim = vi.spyOn(store, 'claim');
  const [one, other] = [new RefreshSuccessors(store, clock), new RefreshSuccessors(store, clock)];
  return { clock, claim, one, other, token: newRefreshToken() };
};

describe('the successors of refresh tokens', () => {
  it('are the same for all who ask, on whichever node', async () => {
    const { one, other, token } = setUp();
    const got = await Promise.all([
      one.keep(token, '192.0.2.1', pair('a')),
      other.keep(token, '192.0.2.1', pair('b')),
      other.find(token, '192.0.2.1'),
    ]);
    expect(got).toEqual([pair('a'), pair('a'), pair('a')]);
  });

  it("are nobody else's, and of no other token", async () => {
    const { one, other, token } = setUp();
    await one.keep(token, '192.0.2.1', pair('a'));
    expect(await other.keep(token, '192.0.2.2', pair('b'))).toBeUndefined();
    expect(await other.find(token, '192.0.2.2')).toBeUndefined();
    expect(await other.find(newRefreshToken(token.handle), '192.0.2.1')).toBeUndefined();
  });

  it('are forgotten after ten seconds', async () => {
    const { clock, one, token } = setUp();
    await one.keep(token, '192.0.2.1', pair('a'));
    clock.time += 9_999;
    expect(await one.find(token, '192.0.2.1')).toEqual(pair('a'));
    clock.time += 1;
    expect(await one.find(token, '192.0.2.1')).toBeUndefined();
  });

  it('are not kept in clear', async () => {
    const { claim, one, token } = setUp();
    await one.keep(token, '192.0.2.1', pair('a'));
    const written = JSON.stringify(claim.mock.calls);
    const sealed = (claim.mock.calls[0]?.[1] as { sealed: string }).sealed;
    for (const secret of ['access a', 'refresh a', token.secret.toString('base64')]) {
      expect(written).not.toContain(secret);
      expect(Buffer.from(sealed, 'base64').toString('latin1')).not.toContain(secret);
    }
  });
});
