import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { PgBouncer } from '../support/pgbouncer.js';
import { cleanUpProcesses, ensureBuilt, startProcess } from '../support/process.js';
import { describeWith } from '../support/requires.js';

describe('a server that is given a database', () => {
  let database: TestDatabase;
  beforeAll(ensureBuilt, 300_000);
  afterEach(async () => {
    await cleanUpProcesses();
    await database.drop();
  });

  it('refuses one that cannot store all text, in one sentence and untouched', async () => {
    database = await createTestDatabase('latin');
    const server = await startProcess({ DATABASE_URL: database.url });
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.output()).toMatch(/^The database has the encoding LATIN1, which cannot hold all text: .*\n$/);
    const dataSource = await database.connect();
    expect(await dataSource.query(`SELECT FROM pg_tables WHERE schemaname = 'public'`)).toEqual([]);
  });

  describeWith('pgbouncer', 'behind PgBouncer with its default settings', () => {
    let pooler: PgBouncer;
    afterEach(() => pooler.stop());

    it('works in session mode', async () => {
      database = await createTestDatabase('blank');
      pooler = await PgBouncer.start(database.url, 'session');
      const admin = { ADMIN_EMAIL: 'admin@example.org', ADMIN_PASSWORD: 'correct horse battery' };
      const server = await startProcess({ DATABASE_URL: pooler.url, ...admin });
      const signedIn = await fetch(`${await server.url}/api/v1/auth/login`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ email: admin.ADMIN_EMAIL, password: admin.ADMIN_PASSWORD }),
      });
      expect(signedIn.status).toBe(200);
    });

    it('refuses transaction mode in one sentence', async () => {
      database = await createTestDatabase('blank');
      pooler = await PgBouncer.start(database.url, 'transaction');
      const server = await startProcess({ DATABASE_URL: pooler.url });
      expect(await server.exited).toEqual({ code: 1, signal: null });
      expect(server.output()).toMatch(/^The database is behind a pooler that hands its connections on .*\n$/);
    });
  });
});
