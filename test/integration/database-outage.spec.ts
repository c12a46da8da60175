import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { cleanUpProcesses, databasePid, type ServerProcess, startProcess } from '../support/process.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const ADMIN = { ADMIN_EMAIL: 'admin@example.org', ADMIN_PASSWORD: 'correct horse battery' };
const LOGIN = JSON.stringify({ email: ADMIN.ADMIN_EMAIL, password: ADMIN.ADMIN_PASSWORD });

describe('a server whose database goes away', () => {
  let database: TestDatabase;
  let proxy: TcpProxy;
  let server: ServerProcess;
  beforeAll(async () => {
    database = await createTestDatabase();
    proxy = await new TcpProxy(new URL(database.url)).open();
    server = await startProcess({ DATABASE_URL: proxy.url, ...ADMIN });
    await server.url;
  }, 300_000);
  afterAll(async () => {
    await cleanUpProcesses();
    await proxy.cut();
    await database.drop();
  });

  const login = async () =>
    fetch(`${await server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: LOGIN,
    });
  const readiness = async () => {
    const response = await fetch(`${await server.url}/health/ready`);
    const { details, ...rest } = (await response.json()) as { away: string[]; details: { what: string }[] };
    expect(details.map(({ what }) => what)).toEqual(rest.away);
    return { http: response.status, ...rest };
  };
  const becomes = async (status: string) => {
    for (let i = 0; i < 100 && !JSON.stringify(await readiness()).includes(`"${status}"`); i++) await sleep(100);
    return readiness();
  };
  it('logs once that its database is away, and once that it is back, with the number of failures', async () => {
    const before = server.output().length;
    await proxy.cut();
    for (let n = 0; n < 5; n++) expect((await login()).status).toBe(503);
    await proxy.open();
    const said = () => server.output().slice(before);
    for (let n = 0; n < 300 && !said().includes('works again'); n++) await sleep(100);
    const lines = said()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as { context: string });
    expect(lines.filter(({ context }) => context !== 'Access')).toEqual([
      expect.objectContaining({ level: 'warn', msg: expect.stringContaining('The database fails: ') as string }),
      expect.objectContaining({ level: 'info', msg: 'The database works again', failures: 5 }),
    ]);
  });

  it('is degraded, answers 503 to what needs the database, and recovers by itself', async () => {
    expect((await login()).status).toBe(200);
    expect(await becomes('ok')).toEqual({ http: 200, status: 'ok', away: [] });
    await proxy.cut();
    const refused = await login();
    expect([refused.status, await refused.json()]).toEqual([
      503,
      expect.objectContaining({ code: 'database_unavailable' }),
    ]);
    expect(await becomes('degraded')).toEqual({ http: 200, status: 'degraded', away: ['database'] });
    await proxy.open();
    expect(await becomes('ok')).toEqual({ http: 200, status: 'ok', away: [] });
    expect((await login()).status).toBe(200);
  });

  it('notices a database that hangs without hanging itself', async () => {
    proxy.freeze(true);
    expect(await becomes('degraded')).toEqual({ http: 200, status: 'degraded', away: ['database'] });
    proxy.freeze(false);
    expect(await becomes('ok')).toEqual({ http: 200, status: 'ok', away: [] });
  });

  it('answers 503 and is degraded while the disk of the database is full, and says so once', async () => {
    const dataSource = await database.connect();
    await dataSource.query(`CREATE FUNCTION no_room() RETURNS trigger LANGUAGE plpgsql AS $$
      BEGIN RAISE EXCEPTION 'could not extend file' USING ERRCODE = 'disk_full'; END $$`);
    await dataSource.query('CREATE TRIGGER full_disk BEFORE INSERT ON logins EXECUTE FUNCTION no_room()');
    for (let n = 0; n < 3; n++) {
      const refused = await login();
      expect([refused.status, await refused.json()]).toEqual([503, expect.objectContaining({ code: 'database_full' })]);
    }
    expect(await readiness()).toEqual({ http: 200, status: 'degraded', away: ['database disk'] });
    await dataSource.query('DROP TRIGGER full_disk ON logins');
    expect((await login()).status).toBe(200);
    expect(server.output().match(/disk is full/g)).toHaveLength(1);
  });

  it('recovers its embedded database after kill -9', async () => {
    const own = await startProcess(ADMIN);
    server = own;
    expect((await login()).status).toBe(200);
    process.kill((await databasePid(own.dataDir))!, 'SIGKILL');
    const killed = Date.now();
    for (;;) {
      const answer = await login();
      if (answer.status === 200) break;
      expect(answer.status).toBe(503);
      expect(Date.now() - killed).toBeLessThan(5_000);
      // Failing sign-ins are throttled, but not this few.
      await sleep(600);
    }
    expect(own.output()).toContain('The embedded database is back');
  });
});
