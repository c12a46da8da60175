import { type QueryRunner } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { prepared } from '../../src/common/database/prepared.js';
import { User } from '../../src/entities/accounts/user.entity.js';
import { storedRow } from '../../src/modules/audit/stored-row.js';
import { ADMIN, ADMIN_ENV, apiOf, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

describe('a prepared statement', () => {
  let server: RunningApp;
  let connection: QueryRunner;

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV });
    connection = server.dataSource.createQueryRunner();
    await connection.connect();
  });
  afterAll(async () => {
    await connection.release();
    await server.close();
  });

  const kept = async (part: string): Promise<number> => {
    const rows: unknown[] = await connection.query(`SELECT FROM pg_prepared_statements WHERE statement LIKE $1`, [
      `%${part}%`,
    ]);
    return rows.length;
  };

  it('is parsed once, and no other is prepared', async () => {
    const statement = prepared('SELECT $1::integer + 1 AS "successor"');
    for (const n of [1, 2]) expect(await connection.query(statement, [n])).toEqual([{ successor: n + 1 }]);
    await connection.query('SELECT $1::integer - 1 AS "predecessor"', [1]);
    expect([await kept('successor'), await kept('predecessor')]).toEqual([1, 0]);
  });

  it('reads the rows of acts, even while a newer node lengthens text columns', async () => {
    const { user } = await signIn(apiOf(server), ADMIN.email, ADMIN.password);
    const read = () => storedRow(connection.manager, User, { id: user.id });
    const before = await read();
    expect(await kept('FROM "users" WHERE "id" = $1 LIMIT 1')).toBe(1);
    await connection.query(`ALTER TABLE "users" ALTER "first_name" TYPE character varying(200)`);
    try {
      expect(await read()).toEqual(before);
    } finally {
      await connection.query(`ALTER TABLE "users" ALTER "first_name" TYPE character varying(100)`);
    }
  });
});
