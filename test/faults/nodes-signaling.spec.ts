import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { ADMIN, ADMIN_ENV, apiOf, signIn } from '../support/api.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { cleanUpProcesses, type ServerProcess, startProcess } from '../support/process.js';
import { startSharedRedis, type TestRedis } from '../support/redis.js';
import { describeWith } from '../support/requires.js';
import { invite, type Received, SignalingClient } from '../support/signaling.js';

/** How long a dead node may keep its peers in the lobby and in calls. */
const LEASE_MS = 15_000;

const ENV = { ...ADMIN_ENV, REST_RATE: '0', SECRET_KEY: 'a key that all nodes share, long enough' };

interface TestNode {
  readonly server: ServerProcess;
  readonly url: string;
}

describeWith('redis-server', 'signaling on three nodes', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let nodes: [TestNode, TestNode, TestNode];
  const clients: SignalingClient[] = [];

  async function startNode(): Promise<TestNode> {
    const server = await startProcess({
      ...ENV,
      DATABASE_URL: database.url,
      DATABASE_POOL: '3',
      REDIS_URL: redis.url,
      MEDIA_SHARED: 'true',
    });
    return { server, url: await server.url };
  }

  beforeAll(async () => {
    redis = await startSharedRedis();
    database = await createTestDatabase();
    nodes = [await startNode(), await startNode(), await startNode()];
  }, 300_000);
  afterAll(async () => {
    for (const client of clients) client.close();
    await cleanUpProcesses();
    await database.drop();
    await redis.stop();
  });

  async function enter({ url }: TestNode): Promise<SignalingClient> {
    const client = await SignalingClient.open(url);
    clients.push(client);
    return client;
  }

  /** The others in the lobby. */
  async function listed(client: SignalingClient): Promise<string[]> {
    client.emit('connections');
    const [event, text] = await client.next();
    expect(event).toBe('connections');
    return (JSON.parse(text as string) as { sid: string }[]).map(({ sid }) => sid);
  }

  async function call(sender: SignalingClient, receiver: SignalingClient): Promise<void> {
    sender.emit('send-invitation', receiver.sid);
    await receiver.expectNext('receive-invite', invite(sender, receiver));
    receiver.emit('accept-invitation', invite(sender, receiver));
    await sender.expectNext('invite-accepted', invite(sender, receiver));
    for (const client of [sender, receiver]) expect((await client.next())[0]).toBe('create-peer');
  }

  const calls = async (n: number) => {
    const api = apiOf(nodes[n] as TestNode);
    const { accessToken } = await signIn(api, ADMIN.email, ADMIN.password);
    return (await api('GET', 'calls', { token: accessToken })).body.items;
  };

  it('tells the others once about each peer of a killed node, and ends what these had begun', async () => {
    const [one, two, three] = nodes;
    const [a, d, b, c, e] = [
      await enter(three),
      await enter(three),
      await enter(one),
      await enter(two),
      await enter(one),
    ] as const;
    // Entering takes a moment longer than connecting.
    while ((await listed(e)).length < 4) await sleep(20);
    await call(a, b);
    await call(b, c);
    expect((await a.next())[0]).toBe('create-peer');
    d.emit('send-invitation', e.sid);
    await e.expectNext('receive-invite', invite(d, e));
    await sleep(500);

    const start = Date.now();
    three.server.kill('SIGKILL');
    const gone: Received[] = [a, d].map(({ sid }) => ['remove-connection', sid]);
    const left: Received = ['remove-peer-connection', { sender_sid: a.sid }];
    for (const [client, expected] of [
      [b, [left, ...gone]],
      [c, [left, ...gone]],
      [e, gone],
    ] as const) {
      const heard: Received[] = [];
      while (heard.length < expected.length) heard.push(await client.next(LEASE_MS - (Date.now() - start)));
      expect(heard).toEqual(expected);
    }
    e.emit('accept-invitation', invite(d, e));
    for (const client of [b, c, e]) await client.expectNothing(1_000);
    expect((await listed(b)).sort()).toEqual([c.sid, e.sid].sort());
    expect(await calls(1)).toMatchObject([
      { state: 'ended', outcome: 'failed', participants: [{ sid: d.sid }, { sid: e.sid, joinedAt: null }] },
      { state: 'live', participants: [{ sid: a.sid, leftAt: expect.any(String) }, { leftAt: null }, { leftAt: null }] },
    ]);

    c.emit('leave-room');
    for (const client of [b, c]) await client.expectNext('remove-peer-connection', { sender_sid: c.sid });
    expect((await calls(0))[1]).toMatchObject({ state: 'ended', outcome: 'completed', endedBy: c.sid });
  }, 60_000);

  it.each(['rang', 'was answered'])(
    'records correctly a call whose node was killed the moment it %s',
    async (moment) => {
      const answers = moment === 'was answered';
      const own = await enter(nodes[0]);
      own.emit('name', 'Own');
      const doomed = await startNode();
      const other = await enter(doomed);
      other.emit('name', 'Doomed');
      await own.expectNext('add-connection', JSON.stringify({ sid: other.sid, name: 'Doomed' }));
      const [from, to] = answers ? [own, other] : [other, own];
      const names = answers ? ['Own', 'Doomed'] : ['Doomed', 'Own'];
      const entry = async () =>
        (await calls(0)).find(({ participants }: { participants: { sid: string }[] }) =>
          participants.some(({ sid }) => sid === own.sid),
        );
      const before = Date.now();
      from.emit('send-invitation', to.sid);
      await to.expectNext('receive-invite', invite(from, to));
      if (answers) {
        to.emit('accept-invitation', invite(from, to));
        await from.expectNext('invite-accepted', invite(from, to));
      }
      doomed.server.kill('SIGKILL');
      // The survivor's node may report slightly later when it joined; the dead node is cleaned up much later.
      const after = Date.now() + 1_000;
      await vi.waitFor(
        async () => {
          expect(await entry()).toMatchObject({ state: 'ended' });
        },
        {
          timeout: LEASE_MS + 5_000,
          interval: 200,
        },
      );
      const { startedAt, answeredAt, participants, ...rest } = await entry();
      expect(rest).toMatchObject({ outcome: 'failed', reason: 'node_lost' });
      expect(participants).toMatchObject([from, to].map(({ sid }, n) => ({ sid, name: names[n] })));
      const joined = participants.map(({ joinedAt }: { joinedAt: string | null }) => joinedAt);
      if (!answers) expect([answeredAt, ...joined]).toEqual([null, null, null]);
      for (const time of answers ? [startedAt, answeredAt, ...joined] : [startedAt]) {
        expect(Date.parse(time)).toBeGreaterThanOrEqual(before);
        expect(Date.parse(time)).toBeLessThanOrEqual(after);
      }
    },
    60_000,
  );
});
