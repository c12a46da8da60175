import { Logger } from '@nestjs/common';
import cluster from 'node:cluster';
import { rmSync } from 'node:fs';
import { mkdtemp } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type AppConfig } from '../config/app-config.js';
import { type OpenDatabase } from '../modules/database/open-data-source.js';
import { logListening } from '../serve.js';
import { type StopSignals } from '../stop-signals.js';
import { type PoolStart, WorkerPool } from './worker-pool.js';

/** With fewer, requests that need two at a time could wait for each other. */
const LEAST_CONNECTIONS = 4;

/**
 * Serves with several processes behind one port until the signal to stop. They share state over Redis, as nodes do;
 * nothing a client sends is handled here.
 * @param database open and migrated; closed by the caller
 * @throws BootError as a single process would
 */
export async function servePrimary(stop: StopSignals, config: AppConfig, database: OpenDatabase): Promise<void> {
  const log = new Logger('Server');
  await database.dataSource.destroy();
  cluster.setupPrimary({ exec: path.join(import.meta.dirname, 'worker.js'), args: [], serialization: 'advanced' });
  const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-'));
  // However it ends: a second signal, or patience that is over, waits for nothing.
  process.once('exit', () => {
    rmSync(folder, { recursive: true, force: true });
  });
  const pool = new WorkerPool(config.workers, config.http.port, poolStart(config, database.url, folder));
  if (config.http.tls) {
    process.on('SIGHUP', () => {
      pool.reload();
    });
  }
  try {
    const opened = pool.open();
    const where = await Promise.race([opened, stop.received()]);
    opened.catch(() => undefined);
    if (where !== undefined) {
      logListening(where, config);
      await stop.received();
      log.log(`${String(stop.signal.reason)}: draining ${config.workers} workers`);
    }
    if (!(await pool.close(String(stop.signal.reason)))) throw new Error('A worker did not stop in order');
  } finally {
    pool.kill();
  }
}

function poolStart(config: AppConfig, databaseUrl: string, folder: string): PoolStart {
  const share = Math.ceil(config.storage.databasePool / config.workers);
  return {
    databaseUrl,
    databasePool: Math.max(LEAST_CONNECTIONS, share),
    folder,
    doors: Array.from({ length: config.workers }, (_, number) => doorPath(folder, number)),
  };
}

function doorPath(folder: string, number: number): string {
  return process.platform === 'win32'
    ? `\\\\.\\pipe\\${path.basename(folder)}-${number}`
    : path.join(folder, `${number}.sock`);
}
