import '../config/variables/foreign-variables.js';
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { createRequire } from 'node:module';
import os from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { createDataSource } from '../../ormconfig.js';
import { BootError } from '../common/errors/boot-error.js';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { EmbeddedDatabase } from '../modules/database/embedded/embedded-database.js';
import { migrate } from '../modules/database/migrate.js';
import { openDatabase } from '../modules/database/open-data-source.js';

const USAGE = `npm run migration:run                  applies missing migrations to the configured database
npm run migration:check                fails if the migrations do not match the entities
npm run migration:generate -- <name>   writes the missing migration, e.g. rooms-history`;

const FOLDER = 'src/entities/migrations';
const log = { log: console.log, warn: console.warn, error: console.error };
const quiet = { ...log, log: () => undefined };

async function main([command, name]: string[]): Promise<number> {
  if (command === 'run') return runMissing();
  if (command === 'check') return onEmptyDatabase(check);
  if (command === 'generate' && name && /^[a-z0-9-]+$/.test(name)) return onEmptyDatabase((url) => generate(url, name));
  console.error(USAGE);
  return 1;
}

async function runMissing(): Promise<number> {
  const database = await openDatabase(loadConfig(), log);
  await database.close();
  console.log('The database is up to date');
  return 0;
}

/** Uses a database of its own, whatever is configured: the result must not depend on what exists. */
async function onEmptyDatabase(use: (url: string) => Promise<number>): Promise<number> {
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'switchboard-migration-'));
  try {
    const database = await EmbeddedDatabase.open({ dataDir, durable: false, log: quiet });
    try {
      await migrate(createDataSource({ databasePool: 2 }, database.url), log);
      return await use(database.url);
    } finally {
      await database.close();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function check(url: string): Promise<number> {
  const dataSource = await createDataSource({ databasePool: 2 }, url).initialize();
  const missing = await dataSource.driver.createSchemaBuilder().log();
  await dataSource.destroy();
  if (missing.upQueries.length === 0) {
    console.log('The migrations match the entities');
    return 0;
  }
  console.error('The migrations do not match the entities; missing:');
  for (const { query } of missing.upQueries) console.error(`  ${query};`);
  console.error('Run: npm run migration:generate -- <name>');
  return 1;
}

async function generate(url: string, name: string): Promise<number> {
  const typeorm = createRequire(import.meta.url).resolve('typeorm/cli.js');
  const args = [typeorm, 'migration:generate', '--pretty', '-d', 'dist/ormconfig.js', path.join(FOLDER, name)];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args, { env: { DATABASE_URL: url } });
    console.log(`${stdout.trim()}\nReview it, name its constraints, and add it to ${FOLDER}/index.ts.`);
    return 0;
  } catch (error) {
    const { stdout, stderr } = error as { stdout?: string; stderr?: string };
    console.error(`${stdout ?? ''}${stderr ?? ''}`.trim());
    return 1;
  }
}

try {
  process.exitCode = await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof BootError || error instanceof ConfigError ? error.message : error);
  process.exitCode = 1;
}
