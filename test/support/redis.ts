import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createClient } from 'redis';
import { freePort } from '../../src/modules/database/embedded/free-port.js';
import { removeAfterUs } from './remove-after-us.js';

const HOST = '127.0.0.1';
const START_MS = 15_000;
const MASTER_NAME = 'switchboard';

/** Creating the first client of a kind is slow; copying one is not. */
const ORIGINAL = createClient();

/** Real servers on the loopback address, for tests of any kind. */
export interface TestRedis {
  /** For `REDIS_URL`. */
  readonly url: string;
  /** Its data servers. */
  readonly servers: readonly RedisServer[];
  /** Deletes everything stored on all servers. */
  flush(): Promise<void>;
  /** Ends all servers: connections break and data is lost. */
  kill(): Promise<void>;
  /** Starts the servers that are not running. Resolves when all of them take commands again. */
  restart(): Promise<void>;
  /** Makes all servers accept connections but answer nothing. */
  pause(): void;
  /** Resolves when all of it takes commands again. */
  resume(): Promise<void>;
  stop(): Promise<void>;
}

/** One redis-server process, which a test may kill, pause and restart on the same port. */
export class RedisServer {
  #process: ChildProcess | undefined;

  private constructor(
    readonly port: number,
    private readonly folder: string,
    private readonly args: readonly string[],
  ) {}

  static async start(args: readonly string[] = [], config?: string): Promise<RedisServer> {
    const folder = await mkdtemp(path.join(os.tmpdir(), 'switchboard-redis-'));
    removeAfterUs(folder);
    const port = await freePort();
    const file = path.join(folder, 'redis.conf');
    await writeFile(file, `${config ?? ''}\n`);
    const own = ['--port', `${port}`, '--bind', HOST, '--dir', folder, '--save', '', '--daemonize', 'no'];
    const server = new RedisServer(port, folder, [file, ...own, ...args]);
    await server.restart();
    return server;
  }

  get pid(): number {
    return this.#process?.pid ?? 0;
  }

  get runs(): boolean {
    return this.#process?.exitCode === null && this.#process.signalCode === null;
  }

  /** Starts it again in the same place, without data. */
  async restart(): Promise<void> {
    await this.kill();
    // Ends with this process, however that ends.
    const child = spawn('setpriv', ['--pdeathsig', 'KILL', 'redis-server', ...this.args], { stdio: 'ignore' });
    this.#process = child;
    const giveUp = Date.now() + START_MS;
    while (!(await this.send('PING').catch(() => undefined))) {
      if (Date.now() > giveUp || child.exitCode !== null) throw new Error('redis-server did not start');
      await sleep(20);
    }
  }

  /** Breaks its connections; its data is lost. */
  async kill(): Promise<void> {
    const child = this.#process;
    if (child === undefined || !this.runs) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Makes it accept connections but answer nothing. */
  pause(): void {
    this.#process?.kill('SIGSTOP');
  }

  resume(): void {
    this.#process?.kill('SIGCONT');
  }

  async send<T = unknown>(...args: string[]): Promise<T> {
    const client = ORIGINAL.duplicate({
      socket: { host: HOST, port: this.port, reconnectStrategy: false, connectTimeout: 5_000 },
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      return await client.sendCommand<T>(args);
    } finally {
      if (client.isOpen) client.destroy();
    }
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** A single server. */
export async function startRedis(): Promise<TestRedis & { readonly server: RedisServer }> {
  const server = await RedisServer.start();
  return { ...together([server], `redis://${HOST}:${server.port}`), server };
}

/** For tests that do not care which: one server, or with `TEST_REDIS=cluster` a cluster. */
export function startSharedRedis(kind = process.env['TEST_REDIS']): Promise<TestRedis> {
  return kind === 'cluster' ? startRedisCluster({ endpoints: 'unknown-endpoint' }) : startRedis();
}

/** Masters of a cluster, followed by as many replicas in the same order, if it has any. */
const MASTERS = 3;

interface ClusterOptions {
  /**
   * Whether it announces the addresses of its servers, or that each is where it was asked, so that each node can have
   * its own cable to them.
   */
  readonly endpoints?: 'ip' | 'unknown-endpoint';
  /** One replica per master; it takes over when the master has been away for some two seconds. */
  readonly replicas?: boolean;
}

/** A cluster of three masters. */
export async function startRedisCluster({
  endpoints = 'ip',
  replicas = false,
}: ClusterOptions = {}): Promise<TestRedis> {
  const servers: RedisServer[] = [];
  const buses: number[] = [];
  for (let n = 0; n < (replicas ? 2 : 1) * MASTERS; n++) {
    const bus = await freePort();
    buses.push(bus);
    const args = ['--cluster-enabled', 'yes', '--cluster-port', `${bus}`, '--cluster-node-timeout', '1500'];
    args.push('--cluster-require-full-coverage', 'no', '--cluster-preferred-endpoint-type', endpoints);
    servers.push(await RedisServer.start(args));
  }
  const [one] = servers;
  for (const [n, server] of servers.entries()) {
    await server.send('CLUSTER', 'SET-CONFIG-EPOCH', `${n + 1}`);
    const first = (master: number): number => Math.ceil((master * 16_384) / MASTERS);
    if (n < MASTERS) await server.send('CLUSTER', 'ADDSLOTSRANGE', `${first(n)}`, `${first(n + 1) - 1}`);
    if (n > 0) await one?.send('CLUSTER', 'MEET', HOST, `${server.port}`, `${buses[n]}`);
  }
  const agreed = async (server: RedisServer): Promise<boolean> => {
    const info = await server.send<string>('CLUSTER', 'INFO');
    return /cluster_state:ok/.test(info) && /cluster_slots_ok:16384/.test(info) && /cluster_size:3/.test(info);
  };
  const allAgree = (): Promise<void> =>
    until(async () => (await Promise.all(servers.map(agreed))).every(Boolean), 'the cluster did not form');
  await allAgree();
  for (const [n, replica] of servers.slice(MASTERS).entries()) {
    const master = servers[n] as RedisServer;
    await replica.send('CLUSTER', 'REPLICATE', await master.send('CLUSTER', 'MYID'));
    const followed = async (): Promise<boolean> => /state=online/.test(await master.send('INFO', 'replication'));
    await until(followed, 'a replica did not follow its master');
  }
  return together(servers, `redis+cluster://${servers.map(({ port }) => `${HOST}:${port}`).join(',')}`, allAgree);
}

export interface SentinelRedis extends TestRedis {
  /** The server that the sentinels consider the master. */
  master(): Promise<RedisServer>;
}

/** A master and a replica, watched by three sentinels, which promote the replica after a second without the master. */
export async function startRedisSentinel(): Promise<SentinelRedis> {
  const first = await RedisServer.start();
  const second = await RedisServer.start(['--replicaof', `${HOST} ${first.port}`]);
  const config = [
    `sentinel monitor ${MASTER_NAME} ${HOST} ${first.port} 2`,
    `sentinel down-after-milliseconds ${MASTER_NAME} 1000`,
    `sentinel failover-timeout ${MASTER_NAME} 4000`,
  ].join('\n');
  const sentinels: RedisServer[] = [];
  for (let n = 0; n < 3; n++) sentinels.push(await RedisServer.start(['--sentinel'], config));
  const servers = [first, second];
  const group = async (sentinel: RedisServer): Promise<boolean> => {
    const state = await sentinel.send<Record<string, string> | string[]>('SENTINEL', 'MASTER', MASTER_NAME);
    const entries = Array.isArray(state) ? Object.fromEntries(pairs(state)) : state;
    return entries['num-other-sentinels'] === '2' && entries['num-slaves'] === '1';
  };
  await until(async () => (await Promise.all(sentinels.map(group))).every(Boolean), 'the sentinels did not meet');
  const hosts = sentinels.map(({ port }) => `${HOST}:${port}`).join(',');
  const all = together(servers, `redis+sentinel://${hosts}/${MASTER_NAME}`);
  return {
    ...all,
    master: async () => {
      const answer = await sentinels[0]!.send<string[]>('SENTINEL', 'GET-MASTER-ADDR-BY-NAME', MASTER_NAME);
      return servers.find(({ port }) => `${port}` === answer[1])!;
    },
    stop: async () => {
      await Promise.all(sentinels.map((sentinel) => sentinel.stop()));
      await all.stop();
    },
  };
}

/** @param ready resolves when the servers work together again after some were away */
function together(
  servers: readonly RedisServer[],
  url: string,
  ready = (): Promise<void> => Promise.resolve(),
): TestRedis {
  return {
    url,
    servers,
    flush: async () => {
      await Promise.all(servers.map((server) => server.send('FLUSHALL').catch(() => undefined)));
    },
    kill: async () => {
      await Promise.all(servers.map((server) => server.kill()));
    },
    restart: async () => {
      await Promise.all(servers.filter(({ runs }) => !runs).map((server) => server.restart()));
      await ready();
    },
    pause: () => {
      for (const server of servers) server.pause();
    },
    resume: async () => {
      for (const server of servers) server.resume();
      await ready();
    },
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

async function until(condition: () => Promise<boolean>, complaint: string): Promise<void> {
  const giveUp = Date.now() + START_MS;
  while (!(await condition().catch(() => false))) {
    if (Date.now() > giveUp) throw new Error(complaint);
    await sleep(50);
  }
}

function* pairs(flat: readonly string[]): Generator<[string, string]> {
  for (let at = 0; at + 1 < flat.length; at += 2) yield [flat[at] ?? '', flat[at + 1] ?? ''];
}
