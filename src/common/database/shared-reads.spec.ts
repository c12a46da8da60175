import { AsyncLocalStorage } from 'node:async_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { SharedReads } from './shared-reads.js';

describe('SharedReads', () => {
  afterEach(() => {
    vi.useRealTimers();
  });

  it('reads what is requested together in one statement, and gathers requests while it runs', async () => {
    const asked: (readonly number[])[] = [];
    let answer = (): void => undefined;
    const reads = new SharedReads<string>(async (ids) => {
      asked.push(ids);
      await new Promise<void>((resolve) => (answer = resolve));
      return new Map(ids.filter((id) => id !== 3).map((id) => [id, `row ${id}`]));
    }, 0);
    const first = Promise.all([1, 2, 1, 3].map((id) => reads.read(id)));
    await new Promise(setImmediate);
    const second = Promise.all([1, 4].map((id) => reads.read(id)));
    expect(asked).toEqual([[1, 2, 3]]);
    answer();
    expect(await first).toEqual(['row 1', 'row 2', 'row 1', undefined]);
    await new Promise(setImmediate);
    answer();
    expect(await second).toEqual(['row 1', 'row 4']);
    expect(asked).toEqual([
      [1, 2, 3],
      [1, 4],
    ]);
  });

  it('fails for all in the same statement, and for nobody else', async () => {
    let isAway = true;
    const reads = new SharedReads<string>((ids) => {
      if (isAway) return Promise.reject(new Error('away'));
      return Promise.resolve(new Map(ids.map((id) => [id, 'row'])));
    }, 0);
    const settled = await Promise.allSettled([1, 2].map((id) => reads.read(id)));
    expect(settled.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isAway = false;
    expect(await reads.read(1)).toBe('row');
  });

  it('makes requests shortly after a statement wait for each other', async () => {
    vi.useFakeTimers();
    const asked: (readonly number[])[] = [];
    const reads = new SharedReads<string>((ids) => {
      asked.push(ids);
      return Promise.resolve(new Map());
    }, 4);
    const first = reads.read(1);
    await vi.advanceTimersByTimeAsync(0);
    await first;
    const later = [reads.read(2)];
    await vi.advanceTimersByTimeAsync(3);
    later.push(reads.read(3));
    expect(asked).toEqual([[1]]);
    await vi.advanceTimersByTimeAsync(1);
    await Promise.all(later);
    expect(asked).toEqual([[1], [2, 3]]);
  });

  it('reads outside of the transaction of the first caller', async () => {
    const transaction = new AsyncLocalStorage<string>();
    const seen: unknown[] = [];
    const reads = new SharedReads<string>(() => {
      seen.push(transaction.getStore());
      return Promise.resolve(new Map());
    }, 0);
    await transaction.run('of one', () => reads.read(1));
    expect(seen).toEqual([undefined]);
  });
});
