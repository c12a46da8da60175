import { spawn } from 'node:child_process';
import { readdir, readFile, rename, rm, stat, unlink, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { createDataSource } from '../../ormconfig.js';
import { isDatabaseUnavailable } from '../../src/common/errors/database-unavailable.js';
import { EmbeddedDatabase, type EmbeddedOptions } from '../../src/modules/database/embedded/embedded-database.js';
import { cleanUpProcesses, databasePid, lives, temporaryDataDir, usedDataDir } from '../support/process.js';

describe('the embedded database', () => {
  const open: EmbeddedDatabase[] = [];
  const said: string[] = [];
  const say = (message: unknown) => said.push(String(message));

  async function start(dataDir: string, options: Partial<EmbeddedOptions> = {}): Promise<EmbeddedDatabase> {
    const log = { log: say, warn: say, error: say };
    const database = await EmbeddedDatabase.open({ dataDir, durable: false, log, ...options });
    open.push(database);
    return database;
  }
  async function close(database: EmbeddedDatabase): Promise<void> {
    open.splice(open.indexOf(database), 1);
    await database.close();
  }
  async function query(database: EmbeddedDatabase, sql: string): Promise<unknown[]> {
    const client = new pg.Client({ connectionString: database.url, connectionTimeoutMillis: 2_000 });
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query<Record<string, unknown>>(sql)).rows;
    } finally {
      await client.end();
    }
  }

  afterEach(async () => {
    for (const database of [...open]) await close(database);
    await cleanUpProcesses();
    said.length = 0;
  });

  it('keeps its data across starts, and all its files private', async () => {
    const dataDir = await temporaryDataDir();
    const first = await start(dataDir);
    await query(first, 'CREATE TABLE kept AS SELECT 42 AS n');
    await close(first);
    expect(await databasePid(dataDir)).toBeUndefined();
    const second = await start(dataDir);
    expect(await query(second, 'SELECT n FROM kept')).toEqual([{ n: 42 }]);
    expect((await stat(dataDir)).mode & 0o777).toBe(0o700);
    for (const name of ['postgres-password', 'postgres.log']) {
      expect([name, (await stat(path.join(dataDir, name))).mode & 0o777]).toEqual([name, 0o600]);
    }
    expect((await readdir(dataDir)).sort()).toEqual(['lock', 'postgres', 'postgres-password', 'postgres.log']);
  });

  it('requires a password, and listens on the loopback address only', async () => {
    const database = await start(await usedDataDir());
    const url = new URL(database.url);
    expect(url.hostname).toBe('127.0.0.1');
    url.password = 'wrong';
    const client = new pg.Client({ connectionString: url.href });
    await expect(client.connect()).rejects.toThrow('password authentication failed');
    expect(await query(database, 'SHOW listen_addresses')).toEqual([{ listen_addresses: '127.0.0.1' }]);
    expect(await query(database, 'SHOW unix_socket_directories')).toEqual([{ unix_socket_directories: '' }]);
  });

  it('is back within five seconds after kill -9, and the connected pool continues', async () => {
    const dataDir = await usedDataDir();
    const database = await start(dataDir, { durable: true });
    const dataSource = await createDataSource({ databasePool: 3 }, database.url).initialize();
    await dataSource.query('CREATE TABLE kept AS SELECT 1 AS n');
    const pid = (await databasePid(dataDir))!;
    const running = dataSource.query('SELECT pg_sleep(20)').catch((error: unknown) => error);
    await sleep(100);
    const killed = Date.now();
    process.kill(pid, 'SIGKILL');
    expect(isDatabaseUnavailable(await running)).toBe(true);
    for (;;) {
      const answer = await dataSource.query('SELECT n FROM kept').catch((error: unknown) => error);
      if (Array.isArray(answer)) break;
      if (!isDatabaseUnavailable(answer)) throw answer as Error;
      expect(Date.now() - killed).toBeLessThan(5_000);
      await sleep(50);
    }
    expect(await databasePid(dataDir)).not.toBe(pid);
    await dataSource.destroy();
  });

  it('refuses a second owner even while restarting', async () => {
    const dataDir = await usedDataDir();
    await start(dataDir);
    process.kill((await databasePid(dataDir))!, 'SIGKILL');
    for (let i = 0; i < 20; i++) {
      await expect(start(dataDir)).rejects.toThrow(`is in use by another running server (pid ${process.pid})`);
      await sleep(50);
    }
  });

  it('starts despite a pid file whose pid now belongs to another process', async () => {
    const dataDir = await usedDataDir();
    const first = await start(dataDir);
    const pidFile = path.join(dataDir, 'postgres/postmaster.pid');
    const text = await readFile(pidFile, 'utf8');
    await close(first);
    const somebody = spawn('sleep', ['60']);
    try {
      await writeFile(pidFile, text.replace(/^\d+/, String(somebody.pid)));
      const second = await start(dataDir);
      expect(await query(second, 'SELECT 1 AS n')).toEqual([{ n: 1 }]);
    } finally {
      somebody.kill();
    }
  });

  it('creates the data again if the first attempt was interrupted', async () => {
    const dataDir = await usedDataDir();
    await rename(path.join(dataDir, 'postgres'), path.join(dataDir, 'postgres.new-abcdef'));
    await unlink(path.join(dataDir, 'postgres.new-abcdef/PG_VERSION'));
    await start(dataDir);
    expect((await readdir(dataDir)).filter((name) => name.startsWith('postgres.new'))).toEqual([]);
  });

  it('says what to do if the data is from another PostgreSQL version', async () => {
    const dataDir = await usedDataDir();
    await writeFile(path.join(dataDir, 'postgres/PG_VERSION'), '15\n');
    await expect(start(dataDir)).rejects.toThrow('was made by PostgreSQL 15');
  });

  it('gives up with the last lines of its log if the database cannot start', async () => {
    const dataDir = await usedDataDir();
    await rm(path.join(dataDir, 'postgres/global'), { recursive: true });
    await expect(start(dataDir, { startMs: 500 })).rejects.toThrow(/does not start[^]*Last lines of [^]*pg_control/);
  });

  it('writes no statement and no value into its log', async () => {
    const dataDir = await usedDataDir();
    const database = await start(dataDir);
    await query(database, `CREATE TABLE t (secret text PRIMARY KEY)`);
    await query(database, `INSERT INTO t VALUES ('hush')`);
    await expect(query(database, `INSERT INTO t VALUES ('hush')`)).rejects.toThrow('duplicate key');
    await expect(query(database, `SELECT 'hush'::integer`)).rejects.toThrow();
    const log = await readFile(path.join(dataDir, 'postgres.log'), 'utf8');
    expect(log).toContain('ready to accept connections');
    expect(log).not.toContain('hush');
  });

  it('leaves no process behind when it is closed', async () => {
    const dataDir = await usedDataDir();
    const database = await start(dataDir);
    const pid = (await databasePid(dataDir))!;
    await close(database);
    expect(await lives(pid)).toBe(false);
  });
});
