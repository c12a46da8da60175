import { createServer } from 'node:net';
import { ADMIN_ENV } from '../support/api.js';
import { createTestDatabase } from '../support/database.js';
import {
  cleanUpProcesses,
  ensureBuilt,
  type ServerProcess,
  startProcess,
  temporaryDataDir,
} from '../support/process.js';

/** A server in a process of its own, which restarts at the same address with the same data. */
export class RestartedServer {
  private process: ServerProcess | undefined;

  private constructor(
    private readonly env: Record<string, string>,
    private readonly dataDir: string,
    readonly url: string,
  ) {}

  /** Lends a running one. */
  static async use(work: (server: RestartedServer) => Promise<void>, more: Record<string, string> = {}): Promise<void> {
    await ensureBuilt();
    const database = await createTestDatabase();
    try {
      const port = await freePort();
      const env = { ...ADMIN_ENV, REST_RATE: '0', DATABASE_URL: database.url, PORT: String(port), ...more };
      const server = new RestartedServer(env, await temporaryDataDir(), `http://127.0.0.1:${port}`);
      await server.start();
      await work(server);
    } finally {
      await cleanUpProcesses();
      await database.drop();
    }
  }

  async start(): Promise<void> {
    this.process = await startProcess(this.env, { dataDir: this.dataDir });
    await this.process.url;
  }

  async stop(signal: NodeJS.Signals): Promise<void> {
    this.process?.kill(signal);
    await this.process?.exited;
  }
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}
