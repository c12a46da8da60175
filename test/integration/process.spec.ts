import { cp, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server } from 'node:net';
import { execFile } from 'node:child_process';
import http from 'node:http';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { freePort } from '../../src/modules/database/embedded/free-port.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  cleanUpProcesses,
  databasePid,
  ensureBuilt,
  lives,
  type ServerProcess,
  startProcess,
  temporaryDataDir,
  usedDataDir,
} from '../support/process.js';

describe('the server process', () => {
  beforeAll(ensureBuilt, 300_000);
  afterEach(cleanUpProcesses);

  describe('with the embedded database', () => {
    it('starts in an empty folder, with variables of other programs, and keeps every secret to itself', async () => {
      const env = {
        ...{ PGSSLMODE: 'verify-full', PGSSLROOTCERT: '/nonexistent', PGSSLNEGOTIATION: 'direct' },
        ...{ PGOPTIONS: '-c default_transaction_read_only=on', NODE_PG_FORCE_NATIVE: '1', PGCLIENT_ENCODING: 'LATIN1' },
        ...{ PGHOST: '192.0.2.1', PGPORT: '1', PGUSER: 'nobody', PGPASSWORD: 'wrong' },
        ...{ PGSERVICE: 'other', PGREPLICATION: 'true' },
        ...{ LC_ALL: 'xx_XX', TZ: 'Pacific/Kiritimati', HTTP_PROXY: 'http://192.0.2.1:1' },
        npm_config_loglevel: 'silent',
      };
      const server = await startProcess(env, { dataDir: await temporaryDataDir() });
      expect((await fetch(`${await server.url}/health/ready`)).status).toBe(200);
      expect((await stat(server.dataDir)).mode & 0o777).toBe(0o700);
      for (const name of await readdir(server.dataDir)) {
        const { mode } = await stat(path.join(server.dataDir, name));
        expect([name, (mode & 0o077).toString(8)]).toEqual([name, '0']);
      }
      expect((await readFile(path.join(server.dataDir, 'secret-key'), 'utf8')).trim().length).toBeGreaterThanOrEqual(
        43,
      );
      for (const name of ['secret-key', 'postgres-password']) {
        expect(server.output()).not.toContain((await readFile(path.join(server.dataDir, name), 'utf8')).trim());
      }
    });

    it('has DATA_DIR to itself, and starts over what a killed one left there', async () => {
      const start = async (): Promise<ServerProcess> => {
        const server = await startProcess({}, { dataDir });
        await server.url;
        return server;
      };
      const dataDir = await usedDataDir();
      const first = await start();
      const second = await startProcess({}, { dataDir });
      expect(await second.exited).toEqual({ code: 1, signal: null });
      expect(second.output()).toContain(`is in use by another running server (pid ${first.pid})`);
      expect(second.output()).not.toContain('    at ');
      // The first is not disturbed.
      expect((await fetch(await first.url)).status).toBeLessThan(500);

      const database = (await databasePid(dataDir))!;
      first.kill('SIGKILL');
      process.kill(database, 'SIGKILL');
      await first.exited;
      const third = await start();
      const another = (await databasePid(dataDir))!;
      expect(another).not.toBe(database);

      third.kill('SIGKILL');
      await third.exited;
      const fourth = await start();
      expect(fourth.output()).toContain('Adopted the embedded database');
      expect(await databasePid(dataDir)).toBe(another);
      fourth.kill('SIGTERM');
      expect(await fourth.exited).toEqual({ code: 0, signal: null });
      expect(await lives(another)).toBe(false);
    });

    it.runIf(process.platform === 'linux')('says at once if DATA_DIR cannot be created', async () => {
      const server = await startProcess({}, { dataDir: '/proc/switchboard/data' });
      expect(await server.exited).toEqual({ code: 1, signal: null });
      expect(server.output()).toContain('DATA_DIR /proc/switchboard/data cannot be used: ENOENT');
      expect(server.output()).not.toContain('    at ');
    });

    it('stops with 0 and leaves nothing running when npm start gets SIGTERM', async () => {
      const server = await startProcess({}, { by: 'npm', dataDir: await usedDataDir() });
      await server.url;
      const database = (await databasePid(server.dataDir))!;
      const own = Number(/"pid":(\d+)/.exec(server.output())?.[1]);
      expect(own).not.toBe(server.pid);
      server.kill('SIGTERM');
      expect(await server.exited).toEqual({ code: 0, signal: null });
      expect(server.output()).toContain('"msg":"Stopped"');
      expect([await lives(database), await lives(own), await lives(server.pid)]).toEqual([false, false, false]);
    });

    it('drains once when Ctrl-C reaches npm and the server at the same time', async () => {
      const server = await startProcess({}, { by: 'npm', dataDir: await usedDataDir() });
      await server.url;
      server.kill('SIGINT', 'group');
      expect(await server.exited).toEqual({ code: 0, signal: null });
      expect(server.output().match(/SIGINT: draining/g)).toHaveLength(1);
      expect(server.output()).toContain('"msg":"Stopped"');
    });

    it('stops cleanly while it still starts', async () => {
      const server = await startProcess();
      for (let i = 0; i < 500 && !(await databasePid(server.dataDir)); i++) await sleep(10);
      server.kill('SIGTERM');
      expect(await server.exited).toEqual({ code: 0, signal: null });
      expect(await databasePid(server.dataDir)).toBeUndefined();
    });
  });

  describe('with DATABASE_URL', () => {
    let database: TestDatabase | undefined;
    const open: Server[] = [];
    afterEach(async () => {
      for (const server of open.splice(0)) server.close();
      await database?.drop();
      database = undefined;
    });

    async function startHere(env: Record<string, string> = {}): Promise<ServerProcess> {
      database ??= await createTestDatabase();
      return startProcess({ DATABASE_URL: database.url, ...env });
    }

    it('names all errors of its configuration in one message, exits with 1 and never listens', async () => {
      const server = await startHere({ PORT: 'http', DRAIN_SECONDS: '-1', LOG_LEVEL: 'loud', SECRET_KEY: 'short' });
      expect(await server.exited).toEqual({ code: 1, signal: null });
      for (const name of ['PORT', 'DRAIN_SECONDS', 'LOG_LEVEL', 'SECRET_KEY']) expect(server.output()).toContain(name);
      expect(server.output()).not.toContain('short\n');
      expect(server.output()).not.toContain('Listening');
    });

    it('says which port is taken', async () => {
      const other = createServer().listen(0, '127.0.0.1');
      open.push(other);
      await once(other, 'listening');
      const { port } = other.address() as AddressInfo;
      const server = await startHere({ PORT: String(port) });
      expect(await server.exited).toEqual({ code: 1, signal: null });
      expect(server.output()).toContain(`Cannot listen on 127.0.0.1 port ${port}`);
    });

    it('lets several nodes boot on one empty database at once', async () => {
      database = await createTestDatabase('blank');
      const nodes = await Promise.all([startHere(), startHere(), startHere()]);
      for (const node of nodes) await expect(node.url).resolves.toContain('http://');
    });

    it('waits for a database that starts later, and never shows its password', async () => {
      database = await createTestDatabase();
      const [url, target] = [new URL(database.url), new URL(database.url)];
      url.port = String(await freePort());
      const server = await startHere({ DATABASE_URL: url.href });
      await server.says('does not answer yet');
      const proxy = createServer((client) => {
        const upstream = connect(Number(target.port), target.hostname);
        client.pipe(upstream).pipe(client);
        client.on('error', () => upstream.destroy());
        upstream.on('error', () => client.destroy());
      });
      open.push(proxy.listen(Number(url.port), '127.0.0.1'));
      await server.url;
      expect(server.output()).not.toContain(url.password);
    });

    it('can be stopped while it waits for its database', async () => {
      const server = await startHere({ DATABASE_URL: `postgres://user:hush@127.0.0.1:${await freePort()}/none` });
      await server.says('does not answer yet');
      server.kill('SIGTERM');
      expect(await server.exited).toEqual({ code: 0, signal: null });
      expect(server.output()).not.toContain('hush');
    });

    it('gives up at once if the database refuses the password', async () => {
      database = await createTestDatabase();
      const url = new URL(database.url);
      url.password = 'not-the-password';
      const server = await startHere({ DATABASE_URL: url.href });
      expect(await server.exited).toEqual({ code: 1, signal: null });
      expect(server.output()).toContain('cannot be used: password authentication failed');
      expect(server.output()).not.toContain('not-the-password');
    });

    /** Starts a request that never ends, which keeps the server from stopping for some seconds. */
    async function holdBack(server: ServerProcess): Promise<void> {
      const { hostname, port } = new URL(await server.url);
      const request = http.request({ hostname, port, method: 'POST', path: '/', headers: { 'content-length': 10 } });
      request.on('error', () => undefined);
      request.flushHeaders();
      await sleep(100);
    }

    it('exits at once with 1 on a second signal', async () => {
      const server = await startHere({ DRAIN_SECONDS: '60' });
      await holdBack(server);
      server.kill('SIGTERM');
      await server.says('draining');
      await sleep(600);
      server.kill('SIGTERM');
      expect(await server.exited).toEqual({ code: 1, signal: null });
    });

    it('takes the echo of a signal for the same one, and waits for no request or query that never ends', async () => {
      const server = await startHere();
      await holdBack(server);
      const client = new pg.Client({ connectionString: database?.url });
      await client.connect();
      try {
        await client.query('BEGIN; LOCK TABLE users IN ACCESS EXCLUSIVE MODE');
        const answer = fetch(`${await server.url}/api/v1/auth/login`, {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ email: 'a@b.cd', password: 'whatever it is' }),
        }).catch((error: unknown) => error);
        await sleep(300);
        server.kill('SIGINT');
        await sleep(100);
        server.kill('SIGINT');
        expect(await server.exited).toEqual({ code: 0, signal: null });
        await answer;
      } finally {
        await client.end();
      }
    });
  });

  describe('without build tools', () => {
    it('says what to do', async () => {
      const root = path.resolve(import.meta.dirname, '../..');
      const bare = await mkdtemp(path.join(os.tmpdir(), 'switchboard-bare-'));
      for (const name of ['package.json', 'scripts', 'src', 'ormconfig.ts']) {
        await cp(path.join(root, name), path.join(bare, name), { recursive: true });
      }
      const start = promisify(execFile)('npm', ['start'], { cwd: bare }).catch((error: unknown) => error);
      expect(await start).toMatchObject({
        code: 1,
        stderr: expect.stringContaining('npm ci --include=dev && npm run build'),
      });
      await rm(bare, { recursive: true });
    });
  });
});
