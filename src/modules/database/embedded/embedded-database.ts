import { type LoggerService } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import pg from 'pg';
import { OUTAGES } from '../../../common/outages/outages.js';
import { prepareDataDir } from '../../../config/data-dir.js';
import { DataLock } from './data-lock.js';
import { type ClusterOptions, PostgresCluster } from './postgres-cluster.js';

const DATABASE = 'switchboard';
const WATCH_MS = 250;
const RETRY_MS = 500;

export type EmbeddedOptions = ClusterOptions & { readonly log: Pick<LoggerService, 'log' | 'warn' | 'error'> };

/**
 * The PostgreSQL that this process runs for itself under DATA_DIR: locked, started or adopted, restarted within seconds
 * when it dies, and stopped with this process.
 */
export class EmbeddedDatabase {
  readonly #closing = new AbortController();
  readonly #watching: Promise<void>;

  private constructor(
    private readonly cluster: PostgresCluster,
    private readonly lock: DataLock,
    private readonly log: EmbeddedOptions['log'],
  ) {
    this.#watching = this.#watch();
  }

  /** URL of the database under `dataDir` if another process is running it. Contains the password: never log it. */
  static running(dataDir: string): Promise<string | undefined> {
    return PostgresCluster.runningUrl(dataDir, DATABASE);
  }

  /** @throws BootError when the folder is in use, or the database cannot run */
  static async open(options: EmbeddedOptions): Promise<EmbeddedDatabase> {
    prepareDataDir(options.dataDir);
    const lock = await DataLock.acquire(options.dataDir);
    let cluster: PostgresCluster | undefined;
    try {
      cluster = await PostgresCluster.prepare(options);
      const how = await cluster.start();
      options.log.log(
        how === 'adopted'
          ? `Adopted the embedded database that was left running (port ${cluster.port})`
          : `Embedded database started (port ${cluster.port})`,
      );
      await makeDatabase(cluster);
      return new EmbeddedDatabase(cluster, lock, options.log);
    } catch (error) {
      await cluster?.stop();
      await lock.release();
      throw error;
    }
  }

  /** Contains the password: never log it. */
  get url(): string {
    return this.cluster.url(DATABASE);
  }

  /** Stops the database, then releases the folder. */
  async close(): Promise<void> {
    this.#closing.abort();
    await this.#watching;
    await this.cluster.stop();
    await this.lock.release();
  }

  async #watch(): Promise<void> {
    while (!this.#closed()) {
      await this.#pause(WATCH_MS);
      if (this.#closed() || (await this.cluster.alive())) continue;
      this.log.warn('The embedded database has died; starting it again');
      await this.#revive();
    }
  }

  #closed(): boolean {
    return this.#closing.signal.aborted;
  }

  /** Waits `ms`, or until this is closed; does not keep the process alive. */
  async #pause(ms: number): Promise<void> {
    await sleep(ms, undefined, { ref: false, signal: this.#closing.signal }).catch(() => undefined);
  }

  async #revive(): Promise<void> {
    while (!this.#closed()) {
      try {
        const lack = await this.cluster.lackOfRoom();
        if (lack !== undefined) OUTAGES.database.failed(lack, 0);
        await this.cluster.start();
        this.log.log('The embedded database is back');
        return;
      } catch (error) {
        OUTAGES.database.failed(error, 0);
        await this.#pause(RETRY_MS);
      }
    }
  }
}

async function makeDatabase(cluster: PostgresCluster): Promise<void> {
  const client = new pg.Client({ connectionString: cluster.url('postgres'), connectionTimeoutMillis: 10_000 });
  await client.connect();
  try {
    const { rowCount } = await client.query('SELECT FROM pg_database WHERE datname = $1', [DATABASE]);
    if (!rowCount) await client.query(`CREATE DATABASE ${DATABASE}`);
  } finally {
    await client.end();
  }
}
