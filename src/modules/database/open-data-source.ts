import { type LoggerService } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { type DataSource } from 'typeorm';
import { createDataSource } from '../../../ormconfig.js';
import { BootError } from '../../common/errors/boot-error.js';
import { type AppConfig, type StorageSection } from '../../config/app-config.js';
import { EmbeddedDatabase } from './embedded/embedded-database.js';
import { migrate } from './migrate.js';

const PATIENCE_MS = 20_000;
const RETRY_MS = 1_000;
const CLOSE_MS = 500;
/** Wrong password, no such role, no such database: waiting does not help. */
const HOPELESS = new Set(['28P01', '28000', '3D000']);

type Log = Pick<LoggerService, 'log' | 'warn' | 'error'>;

/** A connected and migrated database, and what must be stopped with it. */
export interface OpenDatabase {
  readonly dataSource: DataSource;
  /** Contains the password: never log it. */
  readonly url: string;
  /** Closes the connections and stops the embedded database, if there is one. */
  close(): Promise<void>;
}

/**
 * Opens the configured database: `DATABASE_URL`, or else the embedded one.
 * @param signal ends the waiting early
 * @throws BootError when it cannot be opened
 */
export async function openDatabase(config: AppConfig, log: Log, signal?: AbortSignal): Promise<OpenDatabase> {
  const { databaseUrl, dataDir } = config.storage;
  const embedded = databaseUrl ? undefined : await EmbeddedDatabase.open({ dataDir, durable: true, log });
  const url = databaseUrl ?? embedded?.url ?? '';
  try {
    const dataSource = createDataSource(config.storage, url);
    await connect(dataSource, url, log, signal);
    const close = async () => {
      await endConnections(dataSource);
      await embedded?.close();
    };
    try {
      await migrate(createDataSource({ databasePool: 2 }, url), log);
    } catch (error) {
      await dataSource.destroy();
      throw error;
    }
    return { dataSource, url, close };
  } catch (error) {
    await embedded?.close();
    throw error;
  }
}

/**
 * Connects to a database that another process has opened and migrated.
 * @throws BootError as `openDatabase`
 */
export async function joinDatabase(
  storage: Pick<StorageSection, 'databasePool'>,
  url: string,
  log: Log,
  signal?: AbortSignal,
): Promise<OpenDatabase> {
  const dataSource = createDataSource(storage, url);
  await connect(dataSource, url, log, signal);
  return { dataSource, url, close: () => endConnections(dataSource) };
}

/**
 * The app has closed its connections; what is left is a query that does not end, which losing its database will end.
 */
async function endConnections(dataSource: DataSource): Promise<void> {
  const ended = dataSource.isInitialized ? dataSource.destroy().catch(() => undefined) : undefined;
  await Promise.race([ended, sleep(CLOSE_MS)]);
}

async function connect(dataSource: DataSource, url: string, log: Log, signal: AbortSignal | undefined): Promise<void> {
  const { host, pathname } = new URL(url);
  const giveUp = performance.now() + PATIENCE_MS;
  for (;;) {
    try {
      await dataSource.initialize();
      return;
    } catch (error) {
      const { code } = error as { code?: string };
      const reason = reasonOf(error);
      if ((code && HOPELESS.has(code)) || performance.now() > giveUp || signal?.aborted) {
        throw new BootError(`The database at ${host}${pathname} cannot be used: ${reason}. Check DATABASE_URL.`, {
          cause: error,
        });
      }
      log.warn(`The database at ${host} does not answer yet (${reason}); trying again`);
      await sleep(RETRY_MS, undefined, signal ? { signal } : {}).catch(() => undefined);
    }
  }
}

/** An AggregateError (one error per address tried) has no message of its own. */
function reasonOf(error: unknown): string {
  const { message, code } = error as { message?: string; code?: string };
  return message || code || String(error);
}
