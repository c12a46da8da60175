import '../config/variables/foreign-variables.js';
import { Logger } from '@nestjs/common';
import { rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { BootError } from '../common/errors/boot-error.js';
import { ConfigError, loadConfig } from '../config/load-config.js';
import { createApp } from '../create-app.js';
import { PrivateDoor } from '../gateways/transport/siblings/private-door.js';
import { Siblings } from '../gateways/transport/siblings/siblings.js';
import { joinDatabase } from '../modules/database/open-data-source.js';
import { JsonLogger } from '../modules/observability/json-logger.js';
import { Metrics } from '../modules/observability/metrics.js';
import { logProcessFaults } from '../modules/observability/process-faults.js';
import { exitInTheEnd, serveUntil, tuneProcess } from '../serve.js';
import { StopSignals } from '../stop-signals.js';
import { tlsReloader } from '../tls.js';
import { PrimaryLink } from './primary-link.js';

/** One of several processes behind one port; started by the primary, never by hand. */
async function serve(stop: StopSignals, primary: PrimaryLink): Promise<void> {
  const config = loadConfig();
  const logger = JsonLogger.create(config.observability);
  Logger.overrideLogger(logger);
  logProcessFaults(logger);
  exitInTheEnd(stop, config);
  const start = await primary.begin();
  process.once('exit', () => {
    // The primary was killed: nobody else tidies up.
    if (!process.connected) rmSync(start.folder, { recursive: true, force: true });
  });
  const database = await joinDatabase(start, start.databaseUrl, new Logger('Database'), stop.signal);
  const siblings = new Siblings(start.number, start.doors);
  let door: PrivateDoor | undefined;
  try {
    if (stop.signal.aborted) return;
    const app = await createApp(config, database.dataSource, siblings);
    const metrics = app.get(Metrics);
    primary.onMeasure = () => metrics.registry.getMetricsAsJSON();
    metrics.gatherFrom(() => primary.gather());
    primary.onReload = tlsReloader(app, config) ?? primary.onReload;
    await serveUntil(stop, app, { host: config.http.host, port: start.port }, async (where) => {
      const path = start.doors[start.number] ?? '';
      // One that died has left its socket behind.
      await rm(path, { force: true });
      door = await PrivateDoor.open(path, app.getHttpServer());
      primary.say({ kind: 'listening', where });
    });
  } finally {
    door?.close();
    await database.close();
  }
}

tuneProcess();
const stop = new StopSignals();
stop.listen();
const primary = new PrimaryLink();
primary.onStop = (reason) => {
  stop.request(reason);
};
try {
  await serve(stop, primary);
  process.exit(0);
} catch (error) {
  if (stop.signal.aborted && error instanceof BootError) process.exit(0);
  const known = error instanceof ConfigError || error instanceof BootError;
  const message = known ? error.message : ((error as Error).stack ?? String(error));
  primary.say({ kind: 'failed', message, known }, () => process.exit(1));
}
