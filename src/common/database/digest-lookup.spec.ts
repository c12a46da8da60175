import { describe, expect, it } from 'vitest';
import { AppError } from '../errors/app-error.js';
import { DigestLookup } from './digest-lookup.js';

const digest = (text: string): Buffer => Buffer.from(text);
const hexOf = (text: string): string => digest(text).toString('hex');

/** A table that answers when the test says so. */
class Table {
  /** The digests of each query. */
  readonly asked: string[][] = [];
  private readonly pending: { rows: Map<string, string>; resolve: (rows: Map<string, string>) => void }[] = [];
  private readonly failures: ((error: unknown) => void)[] = [];
  readonly lookup = new DigestLookup<string>((digests) => {
    const texts = digests.map(String);
    this.asked.push(texts);
    const known = texts.filter((text) => !text.startsWith('unknown'));
    const rows = new Map(known.map((text) => [hexOf(text), `row of ${text}`]));
    return new Promise((resolve, reject) => {
      this.pending.push({ rows, resolve });
      this.failures.push(reject);
    });
  }, 0);

  find(text: string): Promise<string | undefined> {
    return this.lookup.find(digest(text));
  }

  async answer(): Promise<void> {
    this.failures.shift();
    const { rows, resolve } = this.pending.shift() ?? {};
    if (rows) resolve?.(rows);
    await turn();
  }

  async fail(error: unknown): Promise<void> {
    this.pending.shift();
    this.failures.shift()?.(error);
    await turn();
  }
}

const turn = (): Promise<void> =>
  new Promise((resolve) => setImmediate(() => setImmediate(() => setImmediate(resolve))));

describe('DigestLookup', () => {
  it('asks once for all that come in one turn, and once for equal digests', async () => {
    const table = new Table();
    const found = Promise.all(['a', 'b', 'a', 'unknown'].map((text) => table.find(text)));
    await turn();
    expect(table.asked).toEqual([['a', 'b', 'unknown']]);
    await table.answer();
    expect(await found).toEqual(['row of a', 'row of b', 'row of a', undefined]);
  });

  it('gathers what comes during a query into the next one, even for the same digest', async () => {
    const table = new Table();
    const first = table.find('a');
    await turn();
    const later = [table.find('a'), table.find('b')];
    await turn();
    expect(table.asked).toEqual([['a']]);
    await table.answer();
    expect(await first).toBe('row of a');
    expect(table.asked).toEqual([['a'], ['a', 'b']]);
    await table.answer();
    expect(await Promise.all(later)).toEqual(['row of a', 'row of b']);
    const again = table.find('c');
    await turn();
    await table.answer();
    expect(await again).toBe('row of c');
  });

  it('asks for no more than 500 at a time', async () => {
    const table = new Table();
    const texts = Array.from({ length: 1_201 }, (_, n) => `t${n}`);
    const found = Promise.all(texts.map((text) => table.find(text)));
    await turn();
    await table.answer();
    await table.answer();
    await table.answer();
    expect(table.asked.map(({ length }) => length)).toEqual([500, 500, 201]);
    expect(await found).toEqual(texts.map((text) => `row of ${text}`));
  });

  it('reports a failed query to everybody in it, and continues with the next', async () => {
    const table = new Table();
    const failing = Promise.allSettled(['a', 'a', 'b'].map((text) => table.find(text)));
    await turn();
    const next = table.find('a');
    await table.fail(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
    for (const result of await failing) {
      expect(result.status).toBe('rejected');
      expect((result as PromiseRejectedResult).reason).toBeInstanceOf(AppError);
      expect((result as PromiseRejectedResult).reason).toMatchObject({ code: 'database_unavailable' });
    }
    await table.answer();
    expect(await next).toBe('row of a');
  });
});
