import { type LoggerService } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource, type QueryRunner } from 'typeorm';
import { BootError } from '../../common/errors/boot-error.js';
import { checkDatabase } from './check-database.js';

/** Any number that nothing else in the database locks. */
const LOCK = 7_220_131;
const RETRY_MS = 250;

/**
 * Applies missing migrations. Nodes that boot together take turns by an advisory lock, which ends with its session.
 * Uses and closes `dataSource`, whose statements may take as long as they need.
 * @throws BootError when the database is unsuitable, or a migration fails, which is then rolled back
 */
export async function migrate(dataSource: DataSource, log: Pick<LoggerService, 'log'>): Promise<void> {
  // The timeout of ordinary statements would interrupt a long migration, or the wait for another node's.
  dataSource.setOptions({ extra: { keepAlive: true } });
  await dataSource.initialize();
  const runner = dataSource.createQueryRunner();
  try {
    await checkDatabase(dataSource);
    await lock(runner, log);
    const applied = await dataSource.runMigrations();
    for (const { name } of applied) log.log(`Migrated the database: ${name}`);
  } catch (error) {
    if (error instanceof BootError) throw error;
    throw new BootError(`The database cannot be migrated: ${(error as Error).message}`, { cause: error });
  } finally {
    await runner.release();
    await dataSource.destroy();
  }
}

/** Polls: a statement that waits for the lock would hold a snapshot, which some migrations wait for. */
async function lock(runner: QueryRunner, log: Pick<LoggerService, 'log'>): Promise<void> {
  for (let asked = 0; !(await isTaken(runner)); asked++) {
    if (asked === 0) log.log('Another node migrates the database; waiting for it');
    await sleep(RETRY_MS);
  }
}

async function isTaken(runner: QueryRunner): Promise<boolean> {
  const [{ taken }] = (await runner.query('SELECT pg_try_advisory_lock($1) AS taken', [LOCK])) as [{ taken: boolean }];
  return taken;
}
