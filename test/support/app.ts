import { Logger } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { type AddressInfo } from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { type DataSource } from 'typeorm';
import { inject } from 'vitest';
import { type AppConfig } from '../../src/config/app-config.js';
import { loadConfig } from '../../src/config/load-config.js';
import { createApp } from '../../src/create-app.js';
import { Passwords } from '../../src/modules/auth/logins/passwords.service.js';
import { Lifecycle } from '../../src/modules/health/lifecycle.js';
import { JsonLogger } from '../../src/modules/observability/json-logger.js';
import { createTestDatabase, type TestDatabase } from './database.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** URL of the Redis that all nodes share. */
    redisServer: string;
  }
}

export interface RunningApp {
  /** The first node, and the only one unless the run asks for several. */
  readonly app: NestExpressApplication;
  readonly nodes: readonly NestExpressApplication[];
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
 * The whole server in this process, on a free port, with its own database and DATA_DIR. If the run asks for several
 * nodes (TEST_NODES, with a Redis), it consists of that many, and each reading of `url` or `wsUrl` names the next one,
 * so that peers of a transcript that connect one after the other are on different nodes.
 * @param env variables in addition to a development server's defaults; the rest of the environment is hidden
 */
export async function startApp(env: Record<string, string> = {}): Promise<RunningApp> {
  const database = await createTestDatabase();
  const dataDir = await mkdtemp(path.join(os.tmpdir(), 'switchboard-app-'));
  const shared = {
    HOST: '127.0.0.1',
    PORT: '0',
    DATA_DIR: dataDir,
    DATABASE_URL: database.url,
    DATABASE_POOL: '5',
    DRAIN_SECONDS: '1',
    LOG_LEVEL: 'error',
    ...clusterEnvironment(),
    ...env,
  };
  const nodes: Node[] = [];
  // One after the other: the first creates what all share, such as the secret key.
  for (let i = 0; i < nodeCount(); i++) nodes.push(await startNode(database, shared));
  const [first] = nodes as [Node];
  let turn = 0;
  const nextPort = (): number => (nodes[turn++ % nodes.length] ?? first).port;
  return {
    app: first.app,
    nodes: nodes.map(({ app }) => app),
    config: first.config,
    dataSource: first.dataSource,
    database,
    get url() {
      return `http://127.0.0.1:${nextPort()}`;
    },
    get wsUrl() {
      return `ws://127.0.0.1:${nextPort()}`;
    },
    close: async () => {
      await Promise.all(nodes.map(({ app }) => closeApp(app)));
      await database.drop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Cheap hashing once a server listens: tests create many accounts, and nobody guesses passwords. */
const QUICK = { memoryCost: 8, timeCost: 1, parallelism: 1 };

interface Node {
  readonly app: NestExpressApplication;
  readonly config: AppConfig;
  readonly dataSource: DataSource;
  readonly port: number;
}

async function startNode(database: TestDatabase, env: Record<string, string>): Promise<Node> {
  const config = loadConfig(env);
  Logger.overrideLogger(JsonLogger.create(config.observability));
  const dataSource = await database.connect();
  const app = await createApp(config, dataSource);
  await app.listen(0, '127.0.0.1');
  Object.assign(app.get(Passwords), { cost: QUICK });
  app.get(Lifecycle).markReady();
  return { app, config, dataSource, port: (app.getHttpServer().address() as AddressInfo).port };
}

/** Fetch leaves unused connections open, for whose request heads the server would wait a minute; see `serve`. */
async function closeApp(app: NestExpressApplication): Promise<void> {
  const patience = setTimeout(() => {
    app.getHttpServer().closeAllConnections();
  }, 3_000);
  try {
    await app.close();
  } finally {
    clearTimeout(patience);
  }
}

const nodeCount = (): number => Number(process.env['TEST_NODES'] ?? 1);

/** Tests of one run share a Redis, where each server has its own keys. */
function clusterEnvironment(): Record<string, string> {
  if (nodeCount() === 1) return {};
  return {
    REDIS_URL: inject('redisServer'),
    MEDIA_SHARED: 'true',
    REDIS_PREFIX: `test-${randomBytes(6).toString('hex')}:`,
  };
}
