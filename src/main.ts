import { Logger } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { BootError } from './common/errors/boot-error.js';
import { type AppConfig } from './config/app-config.js';
import { ConfigError, loadConfig } from './config/load-config.js';
import { createApp } from './create-app.js';
import { openDatabase } from './modules/database/open-data-source.js';
import { Lifecycle } from './modules/health/lifecycle.js';
import { JsonLogger } from './modules/observability/json-logger.js';
import { logProcessFaults } from './modules/observability/process-faults.js';
import { StopSignals } from './stop-signals.js';
import { reloadTlsOnHangup } from './tls.js';

/** Milliseconds that requests in flight get after the drain. */
const REQUEST_PATIENCE = 3_000;
/** Milliseconds that what they began gets after that; a query may run longer, and then loses its database. */
const CLOSE_PATIENCE = REQUEST_PATIENCE + 1_000;
/** Milliseconds after DRAIN_SECONDS by which the process is gone, whatever hangs. */
const EXIT_PATIENCE = 9_500;

/**
 * Bytes of the slabs that buffers are cut from. By Node's default of 8 KiB every frame of 4 KiB and more would be an
 * allocation of its own, which costs more than all else that is done with it.
 */
const BUFFER_SLAB = 131_072;

const log = new Logger('Server');

/** From configuration to the last closed connection. */
async function serve(stop: StopSignals): Promise<void> {
  const config = loadConfig();
  const logger = JsonLogger.create(config.observability);
  Logger.overrideLogger(logger);
  logProcessFaults(logger);
  stop.signal.addEventListener('abort', () => {
    exitInTheEnd(config);
  });
  const database = await openDatabase(config, new Logger('Database'), stop.signal);
  try {
    if (!stop.signal.aborted) await serveUntil(stop, config, await createApp(config, database.dataSource));
  } finally {
    await database.close();
  }
}

async function serveUntil(stop: StopSignals, config: AppConfig, app: NestExpressApplication): Promise<void> {
  const lifecycle = app.get(Lifecycle);
  try {
    if (config.http.tls) reloadTlsOnHangup(app.getHttpServer(), config.http.tls);
    await listen(app, config);
    lifecycle.markReady();
    await stop.received();
    log.log(`${String(stop.signal.reason)}: draining`);
    await lifecycle.drain();
  } finally {
    await close(app);
  }
  log.log('Stopped');
}

async function listen(app: NestExpressApplication, { http }: AppConfig): Promise<void> {
  try {
    await app.listen(http.port, http.host);
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    if (syscall !== 'listen' && syscall !== 'getaddrinfo') throw error;
    const hint = code === 'EADDRINUSE' ? 'another program uses it; choose another PORT' : message;
    throw new BootError(`Cannot listen on ${http.host} port ${http.port}: ${hint}`, { cause: error });
  }
  const { address, port } = app.getHttpServer().address() as AddressInfo;
  const host = address.includes(':') ? `[${address}]` : address;
  log.log(`Listening on ${http.tls ? 'https' : 'http'}://${host}:${port}`);
}

/** Requests in flight finish while the database is still there; idle and endless connections are cut. */
async function close(app: NestExpressApplication): Promise<void> {
  const server = app.getHttpServer();
  const idle = setInterval(() => {
    server.closeIdleConnections();
  }, 100);
  const patience = setTimeout(() => {
    server.closeAllConnections();
  }, REQUEST_PATIENCE);
  const limit = new AbortController();
  try {
    await Promise.race([app.close(), sleep(CLOSE_PATIENCE, undefined, { signal: limit.signal })]);
  } finally {
    limit.abort();
    clearInterval(idle);
    clearTimeout(patience);
  }
}

function exitInTheEnd({ http }: AppConfig): void {
  setTimeout(
    () => {
      log.error('Stopping took too long; leaving');
      process.exit(1);
    },
    http.drainSeconds * 1_000 + EXIT_PATIENCE,
  ).unref();
}

Buffer.poolSize = BUFFER_SLAB;
const stop = new StopSignals();
stop.listen();
try {
  await serve(stop);
  process.exit(0);
} catch (error) {
  if (stop.signal.aborted && error instanceof BootError) process.exit(0);
  const known = error instanceof ConfigError || error instanceof BootError;
  process.stderr.write(`${known ? error.message : ((error as Error).stack ?? String(error))}\n`);
  process.exit(1);
}
