import { randomUUID } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { ADMIN_ENV } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { OmikronHarness, type TestIota, type TestUser } from '../support/omikron.js';
import { cleanUpProcesses, type ServerProcess, startProcess } from '../support/process.js';
import { startSharedRedis, type TestRedis } from '../support/redis.js';
import { describeWith } from '../support/requires.js';
import { type WsClient } from '../support/ws-client.js';

/** How long the others take to notice a dead node and to clean up after it. */
const LEASE_MS = 15_000;

describeWith('redis-server', 'the Omikron on three nodes', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let servers: ServerProcess[];
  let nodes: [OmikronHarness, OmikronHarness, OmikronHarness];
  let home: TestIota;
  let other: TestIota;
  let ann: TestUser, bob: TestUser, cat: TestUser;
  /** The Iota of `home` on the last node, that of `other` on the first. */
  let homeSocket: WsClient, otherSocket: WsClient;
  /** On the second, the first and the last node. */
  let a: WsClient, b: WsClient, c: WsClient;

  async function startNode(n: number): Promise<OmikronHarness> {
    const server = await startProcess({
      ...ADMIN_ENV,
      REST_RATE: '0',
      IOTA_ACCESS: 'open',
      SECRET_KEY: 'a key that all nodes share, long enough',
      DATABASE_URL: database.url,
      DATABASE_POOL: '3',
      REDIS_URL: redis.url,
      MEDIA_SHARED: 'true',
      NODE_URL: nodeUrl(n),
    });
    servers.push(server);
    const url = await server.url;
    return OmikronHarness.on({ url, wsUrl: url.replace('http', 'ws') });
  }
  const nodeUrl = (n: number): string => `https://omikron-${n}.example.org:8443`;

  beforeAll(async () => {
    servers = [];
    redis = await startSharedRedis();
    database = await createTestDatabase();
    nodes = [await startNode(0), await startNode(1), await startNode(2)];
    [home, other] = [await nodes[0].iota(1), await nodes[1].iota(2)];
    [ann] = home.users as [TestUser];
    [bob, cat] = other.users as [TestUser, TestUser];
    homeSocket = await nodes[2].iotaSocket(home);
    otherSocket = await nodes[0].iotaSocket(other);
    a = await nodes[1].client(ann, homeSocket);
    b = await nodes[0].client(bob, otherSocket);
    c = await nodes[2].client(cat, otherSocket);
  }, 180_000);
  afterAll(async () => {
    await cleanUpProcesses();
    await database.drop();
    await redis.stop();
  });

  async function find(n: number, user: TestUser): Promise<{ status: number; where?: string; text: string }> {
    const response = await fetch(`${nodes[n]!.server.url}/api/find_omikron/${user.id}`);
    const { data, log } = (await response.json()) as { data?: { omikron: string }; log: { message: string } };
    return { status: response.status, text: log.message, ...(data && { where: data.omikron }) };
  }

  async function becomes(read: () => Promise<unknown>, wanted: unknown, ms: number): Promise<void> {
    const giveUp = Date.now() + ms;
    let got = await read();
    while (!isDeepStrictEqual(got, wanted) && Date.now() < giveUp) {
      await sleep(100);
      got = await read();
    }
    expect(got).toEqual(wanted);
  }

  it('connects an Iota with a client on another node, and names the Iota’s node on each', async () => {
    a.send({ type: 'up', log: {} });
    expect(await homeSocket.next()).toMatchObject({ type: 'up', sender_id: ann.id });
    homeSocket.send({ type: 'down', log: {}, receiver_id: ann.id });
    expect(await a.next()).toMatchObject({ type: 'down', sender_id: home.id });
    otherSocket.send({ type: 'message_other_iota', log: {}, receiver_id: ann.id, sender_id: bob.id });
    expect(await homeSocket.next()).toMatchObject({ type: 'message_other_iota', sender_id: bob.id });
    for (const n of [0, 1, 2]) {
      expect(await find(n, ann)).toMatchObject({ status: 200, where: 'omikron-2.example.org:8443' });
      expect(await find(n, cat)).toMatchObject({ status: 200, where: 'omikron-0.example.org:8443' });
    }
  });

  it('ends what was on a killed node, each announced once, within the lease', async () => {
    const call = randomUUID();
    const { socket: caller } = await nodes[1].caller(bob, call);
    await nodes[2].caller(cat, call);
    expect(await caller.next()).toMatchObject({ type: 'client_connected', data: { user_id: cat.id } });
    const { data } = await nodes[0].ask(b, 'get_states', { user_ids: `${ann.id},${cat.id}` });
    expect(data.user_states).toEqual({ [ann.id]: 'online', [cat.id]: 'online' });
    const start = Date.now();
    servers[2]!.kill('SIGKILL');
    const rest = (): number => Math.max(0, LEASE_MS - (Date.now() - start));

    expect(await caller.next(rest())).toMatchObject({ type: 'client_closed', data: { user_id: cat.id } });
    const heard = [await b.next(rest()), await b.next(rest())].map(({ type, data: { user_id, user_state } }) => [
      type,
      user_id,
      user_state,
    ]);
    expect(heard.sort()).toEqual(
      [
        ['client_changed', ann.id, 'iota_offline'],
        ['client_changed', cat.id, 'user_offline'],
      ].sort(),
    );
    for (const n of [0, 1]) {
      await becomes(() => find(n, ann), { status: 404, text: 'The user you are searching has no online iota' }, rest());
      const { body } = await nodes[n]!.api('GET', `omikron/iotas/${home.id}`);
      expect(body.online).toBe(false);
    }
    expect(await a.closeCode()).toBe(1012);
    const pong = await nodes[0].ask(otherSocket, 'ping', { last_ping: 5 });
    expect(Object.keys(pong.data.user_ping)).toEqual([bob.id]);
    expect(Date.now() - start).toBeLessThan(LEASE_MS);
    for (const socket of [b, caller, otherSocket]) await socket.expectNothing(1_000);

    const again = await nodes[0].iotaSocket(home);
    const back = await nodes[1].client(ann, again);
    again.send({ type: 'down', log: {}, receiver_id: ann.id });
    expect((await back.next()).type).toBe('down');
    expect(await find(1, ann)).toMatchObject({ status: 200, where: 'omikron-0.example.org:8443' });
    const { answer } = await nodes[0].caller(cat, call);
    expect(Object.keys(answer.data.user_ids)).toEqual([bob.id, cat.id]);
    expect(c.socket.readyState).toBe(c.socket.CLOSED);
  }, 60_000);

  it('records correctly a call whose caller was killed the moment it rang', async () => {
    const doomed = await startNode(3);
    const call = randomUUID();
    const before = Date.now();
    await doomed.caller(bob, call);
    const main = await doomed.client(bob);
    await doomed.ask(main, 'call_invite', { receiver_id: cat.id, call_id: call });
    servers[3]!.kill('SIGKILL');
    const after = Date.now();
    const entry = async () => {
      const { body } = await nodes[0].api('GET', 'calls?protocol=omikron');
      return body.items.find(({ callId }: { callId: string }) => callId === call);
    };
    await becomes(async () => (await entry())?.state, 'ended', LEASE_MS);
    const { outcome, reason, startedAt, answeredAt, participants } = await entry();
    expect({ outcome, reason, answeredAt }).toEqual({ outcome: 'failed', reason: 'node_lost', answeredAt: null });
    const [caller, rung] = participants;
    expect([caller.sid, rung?.sid, rung?.joinedAt]).toEqual([bob.id, cat.id, null]);
    for (const time of [startedAt, caller.joinedAt]) {
      expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
      expect(Date.parse(time)).toBeLessThanOrEqual(after);
    }
  }, 60_000);
});
