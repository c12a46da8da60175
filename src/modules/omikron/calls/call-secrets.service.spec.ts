import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemMonotonicClock } from '../../../common/time/monotonic-clock.js';
import { AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { InProcessEphemeralStore } from '../../realtime/in-process/in-process.ephemeral-store.js';
import { CallSecrets } from './call-secrets.service.js';
import { type OmikronConnection } from '../omikron-connection.js';

const from = (address: string) => ({ address, closed: false }) as OmikronConnection;

describe('guesses of a call secret', () => {
  let secrets: CallSecrets;
  const looked = vi.fn();

  beforeEach(() => {
    vi.useFakeTimers({ now: 1_800_000_000_000 });
    looked.mockReset();
    const clock = new SystemMonotonicClock();
    secrets = new CallSecrets(new AttemptThrottle(new InProcessEphemeralStore(clock), clock));
  });

  afterEach(() => {
    vi.useRealTimers();
  });

  const show = (secret: string | null, address: string, call = 'call') =>
    secrets.guess(from(address), call, secret, () => {
      looked();
      return Promise.resolve(secret === 'right' ? true : undefined);
    });

  it('are slowed per address, whatever their calls', async () => {
    for (let n = 0; n < 30; n++) void show(`${n}`, '192.0.2.1', `call ${n % 3}`);
    await vi.advanceTimersByTimeAsync(0);
    expect(looked).toHaveBeenCalledTimes(10);
    await expect(show('right', '192.0.2.2')).resolves.toBe(true);
  });

  it('are slowed per call, however many addresses they come from', async () => {
    for (let n = 0; n < 150; n++) void show(`${n}`, `192.0.2.${n}`);
    await vi.advanceTimersByTimeAsync(0);
    expect(looked).toHaveBeenCalledTimes(100);
    await expect(show('right', '198.51.100.1', 'another')).resolves.toBe(true);
  });

  it('do not include requests without a secret', async () => {
    for (let n = 0; n < 30; n++) await show(null, '192.0.2.1');
    expect(looked).toHaveBeenCalledTimes(30);
  });
});
