import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { type TestProject } from 'vitest/node';
import { createDataSource } from '../../ormconfig.js';
import { EmbeddedDatabase } from '../../src/modules/database/embedded/embedded-database.js';
import { migrate } from '../../src/modules/database/migrate.js';
import { removeAfterUs } from './remove-after-us.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server on which tests may create databases. */
    databaseServer: string;
    /** Name of the migrated, empty database that those of tests are copied from. */
    databaseTemplate: string;
    /** A DATA_DIR with an unused embedded database, to be copied; '' if the run uses another server. */
    newDataDir: string;
  }
}

const run = promisify(execFile);
const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };
const VOLATILE = { durable: false, log: silent };

/**
 * Builds the pages and provides one PostgreSQL for the whole run: TEST_DATABASE_URL, or an embedded one in a temporary
 * folder.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const build = [path.resolve(import.meta.dirname, '../../scripts/build.mjs'), '--only=pages'];
  const [tearDown] = await Promise.all([startDatabase(project), run(process.execPath, build)]);
  return tearDown;
}

async function startDatabase(project: TestProject): Promise<() => Promise<void>> {
  const given = process.env['TEST_DATABASE_URL'];
  const newDataDir = given ? undefined : await makeDataDir();
  const dataDir = newDataDir && (await temporary());
  if (dataDir) await run('cp', ['-a', `${newDataDir}/.`, dataDir]);
  const embedded = dataDir ? await EmbeddedDatabase.open({ dataDir, ...VOLATILE }) : undefined;
  const server = given ?? embedded?.url ?? '';
  const template = `switchboard_template_${process.pid}`;
  await query(server, `CREATE DATABASE ${template}`);
  await migrate(createDataSource({ databasePool: 2 }, withDatabase(server, template)), silent);
  project.provide('databaseServer', server);
  project.provide('databaseTemplate', template);
  project.provide('newDataDir', newDataDir ?? '');
  return async () => {
    if (given) await query(server, `DROP DATABASE ${template} WITH (FORCE)`);
    await embedded?.close();
    for (const folder of [dataDir, newDataDir]) if (folder) await rm(folder, { recursive: true, force: true });
  };
}

/** Made once for all servers of the run: making a database takes longer than starting one. */
async function makeDataDir(): Promise<string> {
  const dataDir = await temporary();
  await (await EmbeddedDatabase.open({ dataDir, ...VOLATILE })).close();
  return dataDir;
}

async function temporary(): Promise<string> {
  const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-test-'));
  removeAfterUs(folder);
  return folder;
}

function withDatabase(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function query(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(sql);
  await client.end();
}
