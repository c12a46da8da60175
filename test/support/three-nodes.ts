import { setTimeout as sleep } from 'node:timers/promises';
import { ADMIN_ENV } from './api.js';
import { createTestDatabase, type TestDatabase } from './database.js';
import { type ServerProcess, startProcess } from './process.js';
import { startSharedRedis, type TestRedis } from './redis.js';
import { RedisCable } from './redis-cable.js';
import { RoomsHarness } from './rooms.js';
import { TcpProxy } from './tcp-proxy.js';

const COUNT = 3;
const JOIN_MS = 15_000;

interface TestNode {
  readonly server: ServerProcess;
  readonly url: string;
}

interface Readiness {
  readonly http: number;
  readonly status: string;
  readonly away: readonly string[];
}

/** Three server processes on one Postgres and one Redis. Clean up with `stop`, after `cleanUpProcesses`. */
export class ThreeNodes {
  private readonly nodes: TestNode[] = [];
  private turn = 0;

  private constructor(
    readonly redis: TestRedis,
    private readonly database: TestDatabase,
    /** The cable between all nodes and the database. */
    readonly databaseCable: TcpProxy,
    /** The cable of each node to Redis. */
    readonly redisCables: readonly RedisCable[],
    private readonly env: Record<string, string>,
  ) {}

  static async start(env: Record<string, string> = {}, starting = startSharedRedis()): Promise<ThreeNodes> {
    const redis = await starting;
    const database = await createTestDatabase();
    const cable = await new TcpProxy(new URL(database.url)).open();
    const redisCables = await Promise.all(Array.from({ length: COUNT }, () => new RedisCable(redis).open()));
    const all = new ThreeNodes(redis, database, cable, redisCables, {
      ...ADMIN_ENV,
      REST_RATE: '0',
      INBOUND_RATE: '0',
      DATABASE_POOL: '4',
      SECRET_KEY: 'a key that all nodes share, long enough',
      DATABASE_URL: cable.url,
      MEDIA_SHARED: 'true',
      ...env,
    });
    for (let n = 0; n < COUNT; n++) await all.startNode(n);
    await all.know(COUNT);
    return all;
  }

  async startNode(n: number): Promise<void> {
    const server = await startProcess({ ...this.env, REDIS_URL: this.redisCable(n).url });
    this.nodes[n] = { server, url: await server.url };
  }

  redisCable(n: number): RedisCable {
    return this.redisCables[n] as RedisCable;
  }

  server(n: number): ServerProcess {
    return this.node(n).server;
  }

  url(n: number): string {
    return this.node(n).url;
  }

  wsUrl(n: number): string {
    return this.url(n).replace('http', 'ws');
  }

  /** `ws://…` of another node each time, running or not. */
  nextWsUrl(): string {
    return this.wsUrl(this.turn++ % COUNT);
  }

  rooms(n: number): Promise<RoomsHarness> {
    return RoomsHarness.on({ url: this.url(n), wsUrl: this.wsUrl(n) });
  }

  /** `undefined` if nothing answers. */
  async readiness(n: number): Promise<Readiness | undefined> {
    try {
      const response = await fetch(`${this.url(n)}/health/ready`);
      return { http: response.status, ...((await response.json()) as Omit<Readiness, 'http'>) };
    } catch {
      return undefined;
    }
  }

  /** Resolves when every node is ready and lacks nothing. @returns the milliseconds it took */
  async well(ms: number): Promise<number> {
    const start = Date.now();
    for (;;) {
      const all = await Promise.all(this.nodes.map((_node, n) => this.readiness(n)));
      if (all.every((each) => each?.status === 'ok')) return Date.now() - start;
      if (Date.now() - start > ms) throw new Error(`not well after ${ms} ms: ${JSON.stringify(all)}`);
      await sleep(50);
    }
  }

  /** The end of each node's output. */
  output(): string {
    return this.nodes.map(({ server }, n) => `--- ${n}\n${server.output().slice(-1_500)}`).join('\n');
  }

  async stop(): Promise<void> {
    for (const cable of [this.databaseCable, ...this.redisCables]) await cable.cut();
    await this.database.drop();
    await this.redis.stop();
  }

  /** Waits until the first node lists `count`. */
  async know(count: number): Promise<void> {
    const rooms = await this.rooms(0);
    const giveUp = Date.now() + JOIN_MS;
    for (;;) {
      const { body } = await rooms.admin('GET', 'nodes');
      if (body.items.length === count) return;
      if (Date.now() > giveUp) throw new Error(`${count} nodes were started, ${JSON.stringify(body)} are known`);
      await sleep(100);
    }
  }

  private node(n: number): TestNode {
    return this.nodes[n] as TestNode;
  }
}
