import './config/variables/foreign-variables.js';
import { Logger } from '@nestjs/common';
import { BootError } from './common/errors/boot-error.js';
import { type AppConfig } from './config/app-config.js';
import { ConfigError, loadConfig } from './config/load-config.js';
import { type createApp } from './create-app.js';
import { type OpenDatabase, openDatabase } from './modules/database/open-data-source.js';
import { JsonLogger } from './modules/observability/json-logger.js';
import { logProcessFaults } from './modules/observability/process-faults.js';
import { exitInTheEnd, logListening, serveUntil, tuneProcess } from './serve.js';
import { StopSignals } from './stop-signals.js';
import { tlsReloader } from './tls.js';
import { servePrimary } from './workers/primary.js';

/** From configuration to the last closed connection. */
async function serve(stop: StopSignals): Promise<void> {
  const config = loadConfig();
  const logger = JsonLogger.create(config.observability);
  Logger.overrideLogger(logger);
  logProcessFaults(logger);
  exitInTheEnd(stop, config);
  // Most of the program, which loads while the database starts.
  const program = config.workers > 1 ? undefined : import('./create-app.js');
  program?.catch(() => undefined);
  const database = await openDatabase(config, new Logger('Database'), stop.signal);
  try {
    if (stop.signal.aborted) return;
    if (program === undefined) await servePrimary(stop, config, database);
    else await serveAlone(stop, config, database, (await program).createApp);
    new Logger('Server').log('Stopped');
  } finally {
    await database.close();
  }
}

async function serveAlone(
  stop: StopSignals,
  config: AppConfig,
  { dataSource }: OpenDatabase,
  create: typeof createApp,
): Promise<void> {
  const app = await create(config, dataSource);
  const reload = tlsReloader(app, config);
  if (reload) process.on('SIGHUP', reload);
  await serveUntil(stop, app, config.http, (where) => {
    logListening(where, config);
  });
}

tuneProcess();
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
