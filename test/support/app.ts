import { Logger } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type DataSource } from 'typeorm';
import { type AppConfig } from '../../src/config/app-config.js';
import { loadConfig } from '../../src/config/load-config.js';
import { createApp } from '../../src/create-app.js';
import { Lifecycle } from '../../src/modules/health/lifecycle.js';
import { JsonLogger } from '../../src/modules/observability/json-logger.js';
import { createTestDatabase, type TestDatabase } from './database.js';

export interface RunningApp {
  readonly app: NestExpressApplication;
  readonly config: AppConfig;
  readonly dataSource: DataSource;
  readonly database: TestDatabase;
  /** `http://127.0.0.1:<port>` */
  readonly url: string;
  /** `ws://127.0.0.1:<port>` */
  readonly wsUrl: string;
  /** Stops the app and removes its database and folder. */
  close(): Promise<void>;
}

/**
 * The whole server in this process, on a free port, with a database and DATA_DIR of its own.
 * @param env variables beside the defaults of a development server; nothing else of the environment is seen
 */
export async function startApp(env: Record<string, string> = {}): Promise<RunningApp> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'switchboard-app-'));
  const config = loadConfig({
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    DATABASE_POOL: '5',
    DRAIN_SECONDS: '1',
    LOG_LEVEL: 'error',
    ...env,
  });
  Logger.overrideLogger(JsonLogger.create(config.observability));
  const dataSource = await database.connect();
  const app = await createApp(config, dataSource);
  await app.listen(0, '127.0.0.1');
  app.get(Lifecycle).markReady();
  const { port } = app.getHttpServer().address() as AddressInfo;
  return {
    app,
    config,
    dataSource,
    database,
    url: `http://127.0.0.1:${port}`,
    wsUrl: `ws://127.0.0.1:${port}`,
    close: async () => {
      await app.close();
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}
