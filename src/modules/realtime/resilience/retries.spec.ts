import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { AppError } from '../../../common/errors/app-error.js';
import { Retries } from './retries.js';

describe('Retries', () => {
  let retries: Retries;
  /** The number of attempts, and the one that succeeds. */
  let tries: number;
  let worksFrom: number;
  const work = (): Promise<void> => {
    if (++tries >= worksFrom) return Promise.resolve();
    return Promise.reject(new AppError('broker_unavailable', 'Redis is away.'));
  };

  beforeEach(() => {
    retries = new Retries();
    tries = 0;
  });
  afterEach(() => {
    retries.onModuleDestroy();
  });

  it('does what follows from a change at once if possible', async () => {
    worksFrom = 1;
    await retries.follow(work);
    expect(tries).toBe(1);
  });

  it('does not fail a change because what follows has to wait', async () => {
    worksFrom = 3;
    await retries.follow(work);
    expect(tries).toBeLessThan(worksFrom);
    await vi.waitFor(
      () => {
        expect(tries).toBe(worksFrom);
      },
      { timeout: 5_000 },
    );
  });

  it('passes on errors that waiting does not fix', async () => {
    await expect(retries.follow(() => Promise.reject(new Error('a bug')))).rejects.toThrow('a bug');
  });
});
