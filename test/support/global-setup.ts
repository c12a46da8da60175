import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { type TestProject } from 'vitest/node';
import { createDataSource } from '../../ormconfig.js';
import { EmbeddedDatabase } from '../../src/modules/database/embedded/embedded-database.js';
import { migrate } from '../../src/modules/database/migrate.js';
import { removeAfterUs } from './remove-after-us.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** A server on which the tests may make databases. */
    databaseServer: string;
    /** Name of the migrated, empty database that theirs are copies of. */
    databaseTemplate: string;
  }
}

const silent = { log: () => undefined, warn: () => undefined, error: () => undefined };

/**
 * The built pages, and one PostgreSQL for the whole run: TEST_DATABASE_URL, else an embedded one in a temporary folder.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  execFileSync(process.execPath, [path.resolve(import.meta.dirname, '../../scripts/build.mjs'), '--only=pages']);
  const given = process.env['TEST_DATABASE_URL'];
  const dataDir = given ? undefined : await mkdtemp(path.join(os.tmpdir(), 'switchboard-test-'));
  if (dataDir) removeAfterUs(dataDir);
  const embedded = dataDir ? await EmbeddedDatabase.open({ dataDir, durable: false, log: silent }) : undefined;
  const server = given ?? embedded?.url ?? '';
  const template = `switchboard_template_${process.pid}`;
  await run(server, `CREATE DATABASE ${template}`);
  await migrate(createDataSource({ databasePool: 2 }, withDatabase(server, template)), silent);
  project.provide('databaseServer', server);
  project.provide('databaseTemplate', template);
  return async () => {
    if (given) await run(server, `DROP DATABASE ${template} WITH (FORCE)`);
    await embedded?.close();
    if (dataDir) await rm(dataDir, { recursive: true, force: true });
  };
}

function withDatabase(server: string, database: string): string {
  const url = new URL(server);
  url.pathname = `/${database}`;
  return url.href;
}

async function run(server: string, sql: string): Promise<void> {
  const client = new pg.Client({ connectionString: server });
  await client.connect();
  await client.query(sql);
  await client.end();
}
