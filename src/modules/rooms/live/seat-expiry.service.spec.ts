import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { SystemClock } from '../../../common/time/clock.js';
import { SystemTimers } from '../../../common/time/timers.js';
import { type RoomConnection } from '../room-connection.js';
import { SeatExpiry } from './seat-expiry.service.js';

const HOUR_MS = 3_600_000;

describe('SeatExpiry', () => {
  let expiry: SeatExpiry;
  let closed: string[];
  beforeEach(() => {
    vi.useFakeTimers();
    expiry = new SeatExpiry(new SystemClock(), new SystemTimers());
    closed = [];
  });
  afterEach(() => {
    expiry.onModuleDestroy();
    vi.useRealTimers();
  });

  const connection = (name: string) => ({ close: () => closed.push(name) }) as unknown as RoomConnection;
  const pass = (ms: number) => vi.advanceTimersByTimeAsync(ms);
  const step = (ms: number) => vi.setSystemTime(Date.now() + ms);

  it('closes when the time is up, and not before', async () => {
    expiry.expect(connection('a'), Date.now() + 2_000);
    await pass(1_900);
    expect(closed).toEqual([]);
    await pass(500);
    expect(closed).toEqual(['a']);
  });

  it('closes what expires after the clock has stepped back', async () => {
    expiry.expect(connection('later'), Date.now() + 10 * HOUR_MS);
    await pass(1_000);
    step(-HOUR_MS);
    expiry.expect(connection('a'), Date.now() + 2_000);
    await pass(2_500);
    expect(closed).toEqual(['a']);
  });

  it('closes at once what a step of a thousand years has made due', async () => {
    expiry.expect(connection('a'), Date.now() + HOUR_MS);
    step(1_000 * 365 * 24 * HOUR_MS);
    await pass(500);
    expect(closed).toEqual(['a']);
  });

  it('ignores seats that are gone', async () => {
    const gone = connection('a');
    const at = Date.now() + 1_000;
    expiry.expect(gone, at);
    expiry.forget(gone, at);
    await pass(2_000);
    expect(closed).toEqual([]);
    expect(vi.getTimerCount()).toBe(0);
  });
});
