import { createServer, type Server } from 'node:net';
import { readdir, readFile } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_ENV, type Api } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import {
  cleanUpProcesses,
  databasePid,
  ensureBuilt,
  lives,
  type ServerProcess,
  startProcess,
} from '../support/process.js';
import { startRedis } from '../support/redis.js';
import { describeWith } from '../support/requires.js';
import { RoomsHarness } from '../support/rooms.js';
import { authorized, left, type TestService, WELCOME } from '../support/services.js';
import { SignalingClient } from '../support/signaling.js';
import { WsClient } from '../support/ws-client.js';

const WORKERS = 3;
let redis: Awaited<ReturnType<typeof startRedis>>;
const environment = () => ({
  ...ADMIN_ENV,
  WORKERS: String(WORKERS),
  REST_RATE: '0',
  REDIS_URL: redis.url,
  MEDIA_SHARED: 'true',
});

/** What Socket.IO clients of all versions expose about their connection. */
interface Engine {
  readonly id: string;
  readonly transport: { readonly name: string };
}
const engineOf = ({ socket }: SignalingClient): Engine =>
  (socket as unknown as { readonly io: { readonly engine: Engine } }).io.engine;

/** Pids of our processes that `pid` has started. */
async function workersOf(pid: number): Promise<number[]> {
  const found: number[] = [];
  for (const name of await readdir('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const stat = await readFile(`/proc/${name}/stat`, 'utf8').catch(() => '');
    const command = await readFile(`/proc/${name}/cmdline`, 'utf8').catch(() => '');
    const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (state !== 'Z' && Number(parent) === pid && command.includes('workers/worker.js')) found.push(Number(name));
  }
  return found.sort((a, b) => a - b);
}

const addressOf = async (server: ServerProcess): Promise<{ url: string; wsUrl: string }> => {
  const url = await server.url;
  return { url, wsUrl: url.replace('http', 'ws') };
};

describeWith('redis-server', 'a server with several workers behind one port', () => {
  let server: ServerProcess;
  let harness: RoomsHarness;
  let address: { url: string; wsUrl: string };
  let admin: (...call: Parameters<RoomsHarness['admin']>) => ReturnType<Api>;

  beforeAll(async () => {
    await ensureBuilt();
    redis = await startRedis();
    server = await startProcess(environment());
    address = await addressOf(server);
    harness = await RoomsHarness.on(address);
    admin = (...call) => harness.admin(...call);
  }, 300_000);
  afterAll(async () => {
    await cleanUpProcesses();
    await redis.stop();
  });

  it('listens once, with the requested number of workers', async () => {
    expect(server.output().match(/Listening on/g)).toHaveLength(1);
    expect(await workersOf(server.pid)).toHaveLength(WORKERS);
    const health = await Promise.all(
      Array.from({ length: 2 * WORKERS }, () =>
        fetch(`${address.url}/health/ready`, { headers: { connection: 'close' } }),
      ),
    );
    expect(health.map(({ status }) => status)).toEqual(new Array(2 * WORKERS).fill(200));
  });

  it('relays between endpoints of a room on all of them, in one order', async () => {
    const application = await harness.application();
    await harness.room(application, 'lobby');
    const sockets: WsClient[] = [];
    for (let n = 0; n < 2 * WORKERS; n++) {
      const { code } = await harness.endpoint(application, 'lobby', 'readwrite', `someone ${n}`);
      sockets.push(await WsClient.open(`${address.wsUrl}/ws/endpoint/${code}/`));
    }
    for (let n = 0; n < 30; n++) sockets[n % sockets.length]!.send({ message: n });
    const heard = await Promise.all(sockets.map((socket) => texts(socket, 30)));
    for (const each of heard) expect(each).toEqual(heard[0]);
    expect(new Set(heard[0]).size).toBe(30);
    for (const socket of sockets) await socket.close();
  });

  it('shows the connections and metrics of all of them, whichever is asked', async () => {
    const strangers = await Promise.all(Array.from({ length: 6 }, () => WsClient.open(`${address.wsUrl}/ws/`)));
    for (let asked = 0; asked < WORKERS; asked++) {
      await expect
        .poll(
          async () => {
            const text = await (await fetch(`${address.url}/metrics`, { headers: { connection: 'close' } })).text();
            return /^switchboard_connections\{protocol="services"\} (\d+)/m.exec(text)?.[1];
          },
          { timeout: 10_000 },
        )
        .toBe('6');
    }
    await expect
      .poll(
        async () => ((await admin('GET', 'connections?protocol=services')).body as { items: unknown[] }).items.length,
        {
          timeout: 20_000,
        },
      )
      .toBe(6);
    for (const socket of strangers) await socket.close();
  });

  describe('for Socket.IO over polling', () => {
    it.each([
      ['4.x', ['polling']],
      ['4.x', ['polling', 'websocket']],
      ['2.x', ['polling']],
      ['2.x', ['polling', 'websocket']],
    ] as const)(
      'serves client %s over %j wherever its requests arrive',
      { timeout: 120_000 },
      async (version, transports) => {
        const clients: SignalingClient[] = [];
        for (let n = 0; n < 2 * WORKERS; n++) {
          // Each request has a connection of its own, so that they reach all workers in turn.
          const transportOptions = { polling: { extraHeaders: { connection: 'close' } } };
          clients.push(await SignalingClient.open(address.url, version, { transports, transportOptions }));
        }
        if (transports.length > 1) {
          const names = (): string[] => clients.map((client) => engineOf(client).transport.name);
          await expect.poll(names, { timeout: 20_000 }).toEqual(clients.map(() => 'websocket'));
        }
        // 20 characters, like Engine.IO's own ids.
        expect(clients.map((client) => engineOf(client).id.length)).toEqual(clients.map(() => 20));
        for (const [n, client] of clients.entries()) client.emit('name', `peer ${n}`);
        // Everybody sees everybody, on whichever worker.
        for (const client of clients) {
          await expect
            .poll(
              async () => {
                client.emit('connections');
                let received = await client.next();
                while (received[0] !== 'connections') received = await client.next();
                const list = JSON.stringify(received);
                return clients.filter((other) => other !== client && list.includes(other.sid)).length;
              },
              { timeout: 20_000 },
            )
            .toBe(clients.length - 1);
        }
        for (const client of clients) client.close();
      },
    );

    it('answers an unknown session like Engine.IO', async () => {
      for (const sid of ['AAAAAAAAAAAAAAAAAAAA', 'AAAAAAAAAAAAAAAAAAAB', 'short', '%00']) {
        const answer = await fetch(`${address.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`);
        expect([answer.status, await answer.json()]).toEqual([400, { code: 1, message: 'Session ID unknown' }]);
      }
    });

    it('trusts no outsider’s claim about their address', async () => {
      const answer = await fetch(`${address.url}/socket.io/?EIO=4&transport=polling`, {
        headers: { 'x-switchboard-peer': '{"address":"192.0.2.1","port":1,"tls":true}' },
      });
      expect(answer.status).toBe(200);
      const sid = (/"sid":"([^"]+)"/.exec(await answer.text()) ?? [])[1] ?? '';
      for (let n = 0; n < WORKERS; n++) {
        const posted = await fetch(`${address.url}/socket.io/?EIO=4&transport=polling&sid=${sid}`, {
          method: 'POST',
          headers: { connection: 'close', 'x-switchboard-peer': 'not JSON' },
          body: n === 0 ? '40' : '42["nothing"]',
        });
        expect(posted.status).toBe(200);
      }
    });
  });

  it('relays between a host and clients that are on all of them', async () => {
    const service = (await admin('POST', 'services', { title: 'Exhibit' })).body as TestService;
    const host = await login(service.hostToken, 'host');
    for (let n = 0; n < 2 * WORKERS; n++) {
      const client = await login(service.clientToken, 'client');
      const { user } = (await host.next()) as { user: string };
      await client.close();
      await host.expectNext(left('client', user));
    }
    await host.close();
  }, 120_000);

  async function login(token: string, role: string): Promise<WsClient> {
    const socket = await WsClient.open(`${address.wsUrl}/ws/`);
    await socket.expectNext(WELCOME);
    socket.send({ token });
    await socket.expectNext(authorized(role));
    return socket;
  }

  it('loses only a killed worker and its clients, and gets a new worker', async () => {
    const application = await harness.application();
    await harness.room(application, 'hall');
    const code = async (identity: string): Promise<string> =>
      (await harness.endpoint(application, 'hall', 'readwrite', identity)).code;
    const watcher = await WsClient.open(`${address.wsUrl}/ws/endpoint/${await code('watcher')}/?presence=1`);
    expect(((await watcher.next()) as { event: string }).event).toBe('present');
    const people: { client: WsClient; identity: string }[] = [];
    for (let n = 0; n < 3 * WORKERS; n++) {
      const identity = `person ${n}`;
      people.push({ identity, client: await WsClient.open(`${address.wsUrl}/ws/endpoint/${await code(identity)}/`) });
      await watcher.expectNext({ event: 'join', identity });
    }
    const before = await workersOf(server.pid);
    await killOneWithout(watcher, before);
    const inState = (state: number) => people.filter(({ client }) => client.socket.readyState === state);
    await expect.poll(() => inState(3).length).toBeGreaterThan(0);
    const gone = inState(3);
    expect(gone.length).toBeLessThan(people.length);
    const announced: unknown[] = [];
    // A killed node counts as dead once its lease has ended.
    while (announced.length < gone.length) announced.push(await watcher.next(30_000));
    expect(announced).toEqual(gone.map(({ identity }) => ({ event: 'leave', identity })));
    const alive = inState(1);
    for (const { client } of alive) client.send({ message: 'still here' });
    for (let n = 0; n < alive.length; n++) expect(await watcher.next()).toMatchObject({ message: 'still here' });
    await server.says('is back');
    const after = await workersOf(server.pid);
    expect(after).toHaveLength(WORKERS);
    expect(after.filter((pid) => before.includes(pid))).toHaveLength(WORKERS - 1);
    for (let n = 0; n < WORKERS; n++) {
      const late = await WsClient.open(`${address.wsUrl}/ws/endpoint/${await code(`late ${n}`)}/`);
      await watcher.expectNext({ event: 'join', identity: `late ${n}` });
      await late.close();
      await watcher.expectNext({ event: 'leave', identity: `late ${n}` });
    }
    for (const { client } of inState(1)) await client.close();
    await watcher.close();
  }, 120_000);

  /** Connections go to the workers in turn, so `watched` is on one of them: a stopped one answers no ping. */
  async function killOneWithout(watched: WsClient, pids: readonly number[]): Promise<void> {
    for (const pid of pids) {
      process.kill(pid, 'SIGSTOP');
      const answered = await ping(watched);
      process.kill(pid, answered ? 'SIGKILL' : 'SIGCONT');
      if (answered) return;
    }
    throw new Error('the socket is on no worker');
  }

  it('exits with 0 on SIGTERM, tells its sockets to reconnect, and leaves nothing behind', async () => {
    const socket = await WsClient.open(`${address.wsUrl}/ws/`);
    await socket.expectNext(WELCOME);
    const database = (await databasePid(server.dataDir))!;
    const workers = await workersOf(server.pid);
    server.kill('SIGTERM');
    expect(await socket.closeCode()).toBe(1012);
    expect(await server.exited).toEqual({ code: 0, signal: null });
    expect(server.output()).toContain('"msg":"Stopped"');
    expect(await Promise.all([database, ...workers].map(lives))).toEqual([database, ...workers].map(() => false));
  }, 120_000);
});

describeWith('redis-server', 'starting and stopping a server with several workers', () => {
  let database: TestDatabase | undefined;
  const open: Server[] = [];
  beforeAll(async () => {
    await ensureBuilt();
    redis = await startRedis();
  }, 300_000);
  afterAll(() => redis.stop());
  afterEach(async () => {
    await cleanUpProcesses();
    for (const server of open.splice(0)) server.close();
    await database?.drop();
    database = undefined;
  });

  it('says which port is taken, once, and exits with 1', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    open.push(other);
    await new Promise((resolve) => other.once('listening', resolve));
    const { port } = other.address() as { port: number };
    database = await createTestDatabase();
    const server = await startProcess({ ...environment(), DATABASE_URL: database.url, PORT: String(port) });
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.output().match(/Cannot listen on 127\.0\.0\.1 port/g)).toHaveLength(1);
    expect(server.output()).toContain('another program uses it');
    expect(server.output()).not.toContain('    at ');
  }, 120_000);

  it.each(['0', '-1', 'all', '1000', '2.5'])('refuses WORKERS=%s', async (workers) => {
    const server = await startProcess({ WORKERS: workers });
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.output()).toContain('WORKERS must be a whole number from 1 to 256, or auto');
  });

  it('refuses several workers without the Redis they need, in one message', async () => {
    const server = await startProcess({ ...ADMIN_ENV, WORKERS: '2' });
    expect(await server.exited).toEqual({ code: 1, signal: null });
    expect(server.output()).toMatch(/^Bad configuration:\n {2}WORKERS=2 needs REDIS_URL, .*\n$/);
  });

  it('ends its workers if the primary is killed', async () => {
    database = await createTestDatabase();
    const server = await startProcess({ ...environment(), WORKERS: '2', DATABASE_URL: database.url });
    await server.url;
    const workers = await workersOf(server.pid);
    expect(workers).toHaveLength(2);
    server.kill('SIGKILL');
    await server.exited;
    await expect.poll(() => Promise.all(workers.map(lives)), { timeout: 5_000 }).toEqual([false, false]);
  }, 120_000);
});

async function texts(socket: WsClient, count: number): Promise<string[]> {
  const heard: string[] = [];
  while (heard.length < count) heard.push(await socket.nextText());
  return heard;
}

function ping(client: WsClient): Promise<boolean> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, 1_500, false);
    client.socket.once('pong', () => {
      clearTimeout(timer);
      resolve(true);
    });
    client.socket.ping();
  });
}
