import { beforeEach, describe, expect, it } from 'vitest';
import { Clock } from '../../common/time/clock.js';
import { Callers } from './callers.js';

const value = (userId: number, digest: string) => ({ userId, digest, value: `of ${digest}` });
const DAY = 86_400_000;

class ManualClock extends Clock {
  ms = 0;
  override now(): number {
    return this.ms;
  }
}

describe('values of callers', () => {
  let clock: ManualClock;
  let callers: Callers;
  let written: unknown[];

  const keep = (...values: ReturnType<typeof value>[]) =>
    callers.keep({ query: (_statement: string, [json]: unknown[]) => Promise.resolve(written.push(json)) }, values);

  beforeEach(() => {
    clock = new ManualClock();
    callers = new Callers(clock, (value) => value.toUpperCase());
    written = [];
  });

  it('are written once a day for each account and value', async () => {
    const values = [value(1, 'a'), value(1, 'b'), value(2, 'a')];
    callers.remember(await keep(...values));
    expect(written).toEqual([JSON.stringify(values)]);
    expect(await keep(...values)).toEqual([]);
    expect(await keep(value(2, 'b'), value(1, 'a'))).toEqual([value(2, 'b')]);
    clock.ms += DAY;
    await keep(value(1, 'a'));
    expect(written).toHaveLength(3);
  });

  it('are written again until they are known to be committed', async () => {
    await keep(value(1, 'a'));
    await keep(value(1, 'a'));
    expect(written).toHaveLength(2);
  });

  it('are digested like any other value', () => {
    expect([callers.digest('a'), callers.digest('a'), callers.digest('b')]).toEqual(['A', 'A', 'B']);
  });

  it('take up bounded memory', async () => {
    callers.remember(await keep(value(1, 'a')));
    written.length = 0;
    callers.remember(Array.from({ length: 9_999 }, (_, i) => value(2, `${i}`)));
    await keep(value(1, 'a'));
    expect(written).toEqual([]);
    callers.remember([value(3, 'a')]);
    await keep(value(3, 'a'));
    expect(written).toEqual([]);
    await keep(value(1, 'a'));
    expect(written).toHaveLength(1);
  });
});
