import pg from 'pg';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { prepared } from '../../src/common/database/prepared.js';
import { joinTransactions, thenCommit } from '../../src/common/database/transaction-statements.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';

const INSERT = 'INSERT INTO "notes" VALUES ($1) RETURNING "n"';

describe('a transaction', () => {
  let database: TestDatabase;
  let client: pg.Client;
  let other: pg.Client;
  let trips = 0;

  beforeAll(async () => {
    database = await createTestDatabase('blank');
    [client, other] = [database.url, database.url].map((connectionString) => new pg.Client({ connectionString })) as [
      pg.Client,
      pg.Client,
    ];
    await Promise.all([client.connect(), other.connect()]);
    await other.query('CREATE TABLE "notes" ("n" integer UNIQUE DEFERRABLE INITIALLY DEFERRED CHECK ("n" > 0))');
    await joinTransactions(client);
    client.on('drain', () => trips++);
  });
  beforeEach(async () => {
    await other.query('DELETE FROM "notes"');
    trips = 0;
  });
  afterAll(async () => {
    await Promise.all([client.end(), other.end()]);
    await database.drop();
  });

  const kept = async (): Promise<number[]> =>
    (await other.query<{ n: number }>('SELECT "n" FROM "notes" ORDER BY "n"')).rows.map(({ n }) => n);
  const state = async (): Promise<unknown> =>
    (await other.query('SELECT "state" FROM pg_stat_activity WHERE "pid" = $1', [await pidOf()])).rows[0];
  let pid: Promise<unknown> | undefined;
  const pidOf = (): Promise<unknown> =>
    (pid ??= client.query<{ pid: number }>('SELECT pg_backend_pid() AS "pid"').then(({ rows }) => rows[0]?.pid));

  it('begins with its first statement, in one round trip, and is committed by COMMIT', async () => {
    await client.query('START TRANSACTION');
    const { rows, command, rowCount } = await client.query(INSERT, [1]);
    expect([rows, command, rowCount, trips]).toEqual([[{ n: 1 }], 'INSERT', 1, 1]);
    expect(await kept()).toEqual([]);
    await client.query('COMMIT');
    expect([await kept(), trips]).toEqual([[1], 2]);
  });

  it('ends with its last statement; what follows is another transaction', async () => {
    await client.query('START TRANSACTION');
    await client.query(INSERT, [1]);
    expect((await client.query(thenCommit(INSERT), [2])).rows).toEqual([{ n: 2 }]);
    expect(await kept()).toEqual([1, 2]);
    await client.query('COMMIT');
    await client.query('START TRANSACTION');
    expect((await client.query(thenCommit(prepared(INSERT)), [3])).rows).toEqual([{ n: 3 }]);
    await client.query('COMMIT');
    expect([await kept(), trips]).toEqual([[1, 2, 3], 3]);
    await client.query(INSERT, [4]);
    expect(await kept()).toEqual([1, 2, 3, 4]);
  });

  it('is rolled back as a whole', async () => {
    await client.query('START TRANSACTION');
    await client.query(INSERT, [1]);
    await client.query('ROLLBACK');
    expect(await kept()).toEqual([]);
  });

  it.each([
    ['first', async () => client.query(INSERT, [0])],
    ['last', async () => client.query(INSERT, [1]).then(() => client.query(thenCommit(INSERT), [0]))],
    ['only', async () => client.query(thenCommit(INSERT), [0])],
    [
      'last, by what is checked at the end',
      async () => client.query(INSERT, [1]).then(() => client.query(thenCommit(INSERT), [1])),
    ],
  ])('keeps nothing if its %s statement fails, and the connection stays usable', async (_which, work) => {
    await client.query('START TRANSACTION');
    await expect(work()).rejects.toThrow(/violates/);
    await client.query('ROLLBACK');
    expect(await kept()).toEqual([]);
    expect(await state()).toEqual({ state: 'idle' });
    await client.query('START TRANSACTION');
    await client.query(INSERT, [5]);
    await client.query('COMMIT');
    expect(await kept()).toEqual([5]);
  });

  it('may begin with several statements at once', async () => {
    await client.query('START TRANSACTION');
    await client.query('INSERT INTO "notes" VALUES (1); INSERT INTO "notes" VALUES (2)');
    expect(await kept()).toEqual([]);
    await client.query('COMMIT');
    expect(await kept()).toEqual([1, 2]);
  });

  it('without statements sends nothing', async () => {
    await pidOf();
    trips = 0;
    for (const end of ['COMMIT', 'ROLLBACK']) {
      await client.query('START TRANSACTION');
      expect(await state()).toEqual({ state: 'idle' });
      await client.query(end);
    }
    expect(trips).toBe(0);
  });
});
