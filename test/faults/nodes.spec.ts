import { setTimeout as sleep } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ADMIN_ENV, apiOf, newUser } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { cleanUpProcesses, type ServerProcess, startProcess } from '../support/process.js';
import { RoomsHarness, type TestApplication } from '../support/rooms.js';
import { startSharedRedis, type TestRedis } from '../support/redis.js';
import { RedisCable } from '../support/redis-cable.js';
import { describeWith } from '../support/requires.js';
import { type WsClient } from '../support/ws-client.js';

/** How long a dead node may keep its connections listed. */
const LEASE_MS = 15_000;
/** How long until everything works again after the end of an outage. */
const HEAL_MS = 5_000;
/** How long a node takes to notice that its end of the bus does not work. */
const NOTICE_MS = 12_000;

const ENV = { ...ADMIN_ENV, REST_RATE: '0', SECRET_KEY: 'a key that all nodes share, long enough' };

interface TestNode {
  readonly server: ServerProcess;
  readonly cable: RedisCable;
  readonly rooms: RoomsHarness;
  readonly url: string;
}

/** Polls until `read` returns the expected value, or fails with the last one. @returns milliseconds it took */
async function becomes(read: () => Promise<unknown>, wanted: unknown, ms: number): Promise<number> {
  const start = Date.now();
  let got = await read();
  while (!isDeepStrictEqual(got, wanted) && Date.now() - start < ms) {
    await sleep(100);
    got = await read();
  }
  expect(got).toEqual(wanted);
  return Date.now() - start;
}

describeWith('redis-server', 'three nodes on one Postgres and one Redis', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let nodes: TestNode[];
  let app: TestApplication;
  let room: string;
  let rooms = 0;

  async function startNode(): Promise<TestNode> {
    const cable = await new RedisCable(redis).open();
    const server = await startProcess({
      ...ENV,
      DATABASE_URL: database.url,
      DATABASE_POOL: '3',
      REDIS_URL: cable.url,
      MEDIA_SHARED: 'true',
    });
    const url = await server.url;
    return { server, cable, url, rooms: await RoomsHarness.on({ url, wsUrl: url.replace('http', 'ws') }) };
  }

  beforeAll(async () => {
    redis = await startSharedRedis();
    database = await createTestDatabase();
    const first = await startNode();
    nodes = [first, await startNode(), await startNode()];
    app = await first.rooms.application();
    await becomes(async () => (await names(0)).length, 3, 10_000);
  }, 300_000);
  afterEach(async () => {
    // Repairs what a failed test left broken.
    for (const { cable } of nodes) {
      cable.freeze(false);
      await cable.open().catch(() => undefined);
    }
    await Promise.all(nodes.map((node) => node.rooms.hangUp()));
  });
  afterAll(async () => {
    await cleanUpProcesses();
    await Promise.all(nodes.map(({ cable }) => cable.cut()));
    await database.drop();
    await redis.stop();
  });

  const node = (n: number) => nodes[n] as TestNode;
  const admin = async (n: number, method: string, path: string) => node(n).rooms.admin(method, path);
  const names = async (n: number): Promise<string[]> =>
    (await admin(n, 'GET', 'nodes')).body.items.map(({ id }: { id: string }) => id);
  const states = async (n: number): Promise<string[]> =>
    (await admin(n, 'GET', 'nodes')).body.items.map(({ state }: { state: string }) => state).sort();
  const readiness = async (n: number) => {
    const response = await fetch(`${node(n).url}/health/ready`);
    const { details, ...rest } = (await response.json()) as { away: string[]; details: { what: string }[] };
    expect(details.map(({ what }) => what)).toEqual(rest.away);
    return { http: response.status, ...rest };
  };
  /** What each node lacks, according to node `n`. */
  const away = async (n: number): Promise<{ what: string; since: string; node: { id: string } | null }[][]> =>
    (await admin(n, 'GET', 'nodes')).body.items.map(({ away }: { away: unknown }) => away);
  const OK = { http: 200, status: 'ok', away: [] };

  /** A new room with a watcher on each of `watching`, all of whom know each other. */
  async function watchers(...watching: number[]): Promise<WsClient[]> {
    room = `r${++rooms}`;
    await node(0).rooms.room(app, room);
    const clients: WsClient[] = [];
    for (const n of watching) {
      const client = await node(n).rooms.member(app, room, 'read', `watcher ${n}`, '?presence=1');
      expect((await client.next()).event).toBe('present');
      for (const other of clients) await other.expectNext({ event: 'join', identity: `watcher ${n}` });
      clients.push(client);
    }
    return clients;
  }

  async function join(n: number, identity: string, ...hearers: WsClient[]): Promise<void> {
    await node(n).rooms.member(app, room, 'readwrite', identity);
    for (const hearer of hearers) await hearer.expectNext({ event: 'join', identity });
  }

  it('list each other, and sum their sockets', async () => {
    await watchers(0, 1, 2);
    const all = await names(0);
    expect(all).toHaveLength(3);
    for (const n of [1, 2]) await becomes(() => names(n), all, 5_000);
    const { body } = await admin(1, 'GET', 'stats');
    expect(body).toMatchObject({ nodes: 3, missing: [], total: { connections: 3 } });
  });

  it('list all connections page by page, and close one on whichever node it is', async () => {
    const clients = await watchers(2, 0, 1);
    const seen: { id: string; node: string }[] = [];
    let cursor = '';
    do {
      const { body } = await admin(1, 'GET', `connections?protocol=rooms&limit=1${cursor && `&cursor=${cursor}`}`);
      seen.push(...body.items);
      cursor = body.nextCursor ?? '';
    } while (cursor !== '');
    expect(seen).toHaveLength(3);
    expect(new Set(seen.map((item) => item.node)).size).toBe(3);
    const [first] = seen as [{ id: string; node: string }];
    expect((await admin(0, 'GET', `connections?node=${first.node}`)).body.items).toHaveLength(1);
    expect((await admin(1, 'DELETE', `connections/${first.id}`)).status).toBe(204);
    expect(await (clients[0] as WsClient).closeCode()).toBe(1008);
    expect((await admin(1, 'DELETE', `connections/${first.id}`)).status).toBe(404);
  });

  it('close what is revoked on all nodes', async () => {
    room = `r${++rooms}`;
    await node(0).rooms.room(app, room);
    const endpoint = await node(0).rooms.endpoint(app, room, 'read', 'revoked');
    const clients = await Promise.all([0, 1, 2].map((n) => node(n).rooms.connect(endpoint)));
    expect((await node(1).rooms.admin('POST', 'revocations', { endpoint: endpoint.code })).status).toBe(201);
    for (const client of clients) expect(await client.closeCode()).toBe(1008);
  });

  it('announce no leave if a node only loses Redis, by a cut or a hang, and call that node deaf', async () => {
    for (const fault of ['cut', 'freeze'] as const) {
      const [watcher] = (await watchers(0)) as [WsClient];
      await join(1, 'there', watcher);
      if (fault === 'cut') await node(1).cable.cut();
      else node(1).cable.freeze(true);
      const start = Date.now();
      await becomes(async () => (await readiness(1)).http, 503, NOTICE_MS);
      expect(await readiness(1)).toEqual({ http: 503, status: 'deaf', away: ['redis'] });
      for (const n of [0, 2]) expect(await readiness(n)).toEqual(OK);
      await becomes(() => states(0), ['deaf', 'ready', 'ready'], 5_000);
      await sleep(Math.max(0, LEASE_MS - (Date.now() - start)));
      if (fault === 'cut') await node(1).cable.open();
      else node(1).cable.freeze(false);
      await becomes(() => readiness(1), OK, HEAL_MS);
      await watcher.expectNothing(1_000);
      const { body } = await node(2).rooms.as(app, 'GET', `rooms/${room}/presence`);
      expect(body.items.map(({ identity }: { identity: string }) => identity)).toEqual(['watcher 0', 'there']);
      await node(1).rooms.hangUp();
      await watcher.expectNext({ event: 'leave', identity: 'there' });
    }
  }, 120_000);

  it('are degraded while Redis is away, and recover with everybody still connected', async () => {
    const [watcher] = (await watchers(0)) as [WsClient];
    await join(1, 'there', watcher);
    const gone = Date.now();
    await redis.kill();
    for (const n of [0, 1, 2]) {
      await becomes(() => readiness(n), { http: 200, status: 'degraded', away: ['redis'] }, NOTICE_MS);
    }
    const WITHOUT_REDIS = { what: 'redis', since: expect.any(String) as string, node: null };
    await expect.poll(() => away(1), { timeout: 5_000 }).toEqual([[WITHOUT_REDIS], [WITHOUT_REDIS], [WITHOUT_REDIS]]);
    const before = await away(1);
    for (const { since } of before.flat()) expect(Math.abs(Date.parse(since) - gone)).toBeLessThan(3_000);
    await sleep(LEASE_MS);
    expect(await away(1)).toEqual(before);
    for (const n of [0, 1, 2]) {
      expect(await readiness(n)).toEqual({ http: 200, status: 'degraded', away: ['redis'] });
    }
    await redis.restart();
    for (const n of [0, 1, 2]) await becomes(() => readiness(n), OK, HEAL_MS);
    await becomes(() => away(1), [[], [], []], HEAL_MS);
    const { body } = await node(2).rooms.as(app, 'GET', `rooms/${room}/presence`);
    expect(body.count).toBe(2);
    await watcher.expectNothing(500);
    await join(2, 'afterwards', watcher);
  }, 120_000);

  it('give the same pair to all who refresh at the same time, even without Redis', async () => {
    const apis = nodes.map((node) => apiOf(node));
    const [first = apiOf(node(0))] = apis;
    const logins = [await newUser(first), await newUser(first), await newUser(first)];
    await redis.kill();
    for (const n of [0, 1, 2]) {
      await becomes(() => readiness(n), { http: 200, status: 'degraded', away: ['redis'] }, NOTICE_MS);
    }
    for (const { refreshToken } of logins) {
      const refresh = (api: typeof first, token = refreshToken) =>
        api('POST', 'auth/refresh', { body: { refreshToken: token } });
      const answers = await Promise.all([...apis, ...apis].map((api) => refresh(api)));
      for (const api of apis) answers.push(await refresh(api));
      expect(answers.map(({ status }) => status)).toEqual(answers.map(() => 200));
      expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
      expect((await refresh(first, answers[0]?.body.refreshToken)).status).toBe(200);
    }
    await redis.restart();
    for (const n of [0, 1, 2]) await becomes(() => readiness(n), OK, HEAL_MS);
  }, 120_000);

  it('remove the members of a killed node, with one event each, within the lease', async () => {
    const [one, two] = (await watchers(0, 1)) as [WsClient, WsClient];
    for (const identity of ['a', 'b', 'c']) await join(2, identity, one, two);
    const killed = node(2);
    const [id] = (await names(2)).slice(-1);
    const start = Date.now();
    killed.server.kill('SIGKILL');
    await becomes(async () => (await node(0).rooms.as(app, 'GET', `rooms/${room}/presence`)).body.count, 2, LEASE_MS);
    for (const watcher of [one, two]) {
      for (const identity of ['a', 'b', 'c']) await watcher.expectNext({ event: 'leave', identity });
    }
    expect(Date.now() - start).toBeLessThan(LEASE_MS);
    for (const watcher of [one, two]) await watcher.expectNothing(3_000);
    expect(await names(0)).toHaveLength(2);
    const SILENT = {
      what: 'node',
      since: expect.any(String) as string,
      node: { id, url: killed.url.replace('127.0.0.1', 'localhost') },
    };
    await expect.poll(() => away(0), { timeout: 5_000 }).toEqual([[SILENT], [SILENT]]);
    for (const { since } of (await away(0)).flat()) expect(Math.abs(Date.parse(since) - start)).toBeLessThan(3_000);
    const rows = await (await database.connect()).query('SELECT count(*)::int AS n FROM nodes');
    expect(rows).toEqual([{ n: 2 }]);
    nodes[2] = await startNode();
  }, 120_000);

  it('see a node that is told to stop leave at once', async () => {
    const [watcher] = (await watchers(0)) as [WsClient];
    await join(2, 'guest', watcher);
    node(2).server.kill('SIGTERM');
    await watcher.expectNext({ event: 'leave', identity: 'guest' });
    expect((await node(2).server.exited).code).toBe(0);
    await becomes(async () => (await names(0)).length, 2, 3_000);
    nodes[2] = await startNode();
    await becomes(async () => (await names(0)).length, 3, 5_000);
  }, 120_000);

  it('make a node start over that was suspended until the others declared it dead', async () => {
    const [watcher] = (await watchers(0)) as [WsClient];
    await node(2).rooms.member(app, room, 'readwrite', 'sleeper');
    await watcher.expectNext({ event: 'join', identity: 'sleeper' });
    const [sleeper] = (await names(2)).slice(-1);
    const silentOf = async () => (await away(1)).flat().map((absence) => absence.node?.id);
    node(2).server.kill('SIGSTOP');
    try {
      await becomes(async () => (await node(0).rooms.as(app, 'GET', `rooms/${room}/presence`)).body.count, 1, LEASE_MS);
      await expect.poll(silentOf, { timeout: 5_000 }).toContain(sleeper);
    } finally {
      node(2).server.kill('SIGCONT');
    }
    await watcher.expectNext({ event: 'leave', identity: 'sleeper' });
    await node(2).server.says('starts over');
    await becomes(() => readiness(2), OK, HEAL_MS);
    await becomes(async () => (await names(0)).length, 3, HEAL_MS);
    await expect.poll(silentOf, { timeout: 5_000 }).not.toContain(sleeper);
    await join(2, 'back', watcher);
    await watcher.expectNothing(500);
  }, 120_000);
});
