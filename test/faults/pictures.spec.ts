import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { ADMIN_ENV } from '../support/api.js';
import { type CirclesClient, CirclesHarness, type Received as CirclesReceived } from '../support/circles.js';
import { createTestDatabase, type TestDatabase } from '../support/database.js';
import { cleanUpProcesses, type ServerProcess, startProcess } from '../support/process.js';
import { startSharedRedis, type TestRedis } from '../support/redis.js';
import { RedisCable } from '../support/redis-cable.js';
import { describeWith } from '../support/requires.js';
import { RoomsHarness, type TestApplication } from '../support/rooms.js';
import { ENDED, joined, left, ServicesHarness } from '../support/services.js';
import { invite, type Received, SignalingClient } from '../support/signaling.js';

/** How long until every client's picture is right after the bus is back. */
const HEAL_MS = 5_000;
/** How long a node takes to notice that Redis is away. */
const NOTICE_MS = 4_000;
/** How long to listen for what must not come, or not again. */
const QUIET_MS = 1_500;
const ENV = { ...ADMIN_ENV, REST_RATE: '0', DATABASE_POOL: '3', SECRET_KEY: 'a key that all nodes share, long enough' };

interface TestNode {
  readonly server: ServerProcess;
  readonly cable: RedisCable;
  readonly url: string;
  readonly rooms: RoomsHarness;
  readonly services: ServicesHarness<{ url: string; wsUrl: string }>;
}

type Nodes = readonly [TestNode, TestNode, TestNode];

describeWith('redis-server', 'clients after an outage of the bus', () => {
  let redis: TestRedis;
  let database: TestDatabase;
  let nodes: Nodes;
  let app: TestApplication;
  let peers: SignalingClient[] = [];
  let rooms = 0;

  async function startNode(): Promise<TestNode> {
    const cable = await new RedisCable(redis).open();
    const server = await startProcess({
      ...ENV,
      DATABASE_URL: database.url,
      REDIS_URL: cable.url,
      MEDIA_SHARED: 'true',
    });
    const at = { url: await server.url, wsUrl: (await server.url).replace('http', 'ws') };
    return { server, cable, url: at.url, rooms: await RoomsHarness.on(at), services: await ServicesHarness.on(at) };
  }

  const readiness = async ({ url }: TestNode): Promise<string> =>
    ((await (await fetch(`${url}/health/ready`)).json()) as { status: string }).status;
  const until = async (what: string, condition: () => Promise<boolean>, ms: number): Promise<void> => {
    const giveUp = Date.now() + ms;
    while (!(await condition())) {
      if (Date.now() > giveUp) throw new Error(`${what}: not within ${ms} ms`);
      await sleep(50);
    }
  };

  beforeAll(async () => {
    redis = await startSharedRedis();
    database = await createTestDatabase();
    nodes = [await startNode(), await startNode(), await startNode()];
    app = await nodes[0].rooms.application();
    const known = async () => (await nodes[0].rooms.admin('GET', 'nodes')).body.items.length === 3;
    await until('nodes that know each other', known, 10_000);
  }, 300_000);
  afterEach(async () => {
    for (const { cable } of nodes) await cable.open().catch(() => undefined);
    for (const peer of peers) peer.close();
    peers = [];
    await Promise.all(nodes.flatMap((node) => [node.rooms.hangUp(), node.services.hangUp()]));
    for (const node of nodes) await until('nodes that are well', async () => (await readiness(node)) === 'ok', 15_000);
  });
  afterAll(async () => {
    await cleanUpProcesses();
    await Promise.all(nodes.map(({ cable }) => cable.cut()));
    await database.drop();
    await redis.stop();
  });

  const OUTAGES = [
    {
      of: 'the node that listens',
      begin: () => nodes[0].cable.cut(),
      end: () => nodes[0].cable.open(),
      away: () => [nodes[0]],
    },
    {
      of: 'the node where it happens',
      begin: () => nodes[1].cable.cut(),
      end: () => nodes[1].cable.open(),
      away: () => [nodes[1]],
    },
    {
      of: 'all nodes',
      begin: () => Promise.all(nodes.map(({ cable }) => cable.cut())),
      end: () => Promise.all(nodes.map(({ cable }) => cable.open())),
      away: () => nodes,
    },
    {
      of: 'all nodes, and forgets everything',
      begin: () => redis.kill(),
      end: () => redis.restart(),
      away: () => nodes,
    },
  ];

  /** `meanwhile` happens while Redis is away. */
  async function outage({ begin, end, away }: (typeof OUTAGES)[number], meanwhile: () => Promise<unknown>) {
    await begin();
    for (const node of away()) {
      await until('an outage that is noticed', async () => (await readiness(node)) !== 'ok', NOTICE_MS + HEAL_MS);
    }
    await meanwhile();
    await end();
  }

  const kinds = OUTAGES.map((each) => [each.of, each] as const);

  it.each(kinds)(
    'services: hosts, clients and guests hear what they missed, once (away from %s)',
    async (_of, fault) => {
      const [here, there, third] = nodes;
      const s = await here.services.service({ allowPublicCode: true, allowMultipleHosts: true });
      const { host } = await here.services.host(s, true);
      const { client: going, user: goingId } = await there.services.client(s, host);
      const { client: staying } = await here.services.client(s, host);
      // In the order of the channel: what follows is not the announcement of this host, which may still be under way.
      host.send({ ready: true });
      for (const client of [going, staying]) while (!Object.hasOwn((await client.next()) as object, 'ready'));
      const { host: leaving, code } = await there.services.host(s, true);
      const { user: leavingId } = (await going.next()) as { user: string };
      await staying.expectNext(joined('host', leavingId));
      await third.services.guest(code, host);
      await leaving.next();
      const { guest, user: guestId } = await here.services.guest(code, host);
      await leaving.next();
      await outage(fault, async () => {
        await Promise.all([going.close(), leaving.close()]);
        await sleep(500);
      });
      expect(await guest.next(HEAL_MS)).toEqual(ENDED);
      expect(await guest.closeCode()).toBe(4000);
      expect(await staying.next(HEAL_MS)).toEqual(left('host', leavingId));
      const heard = [await host.next(HEAL_MS), await host.next(HEAL_MS), await host.next(HEAL_MS)];
      expect(heard).toContainEqual(left('client', goingId));
      expect(heard).toContainEqual(left('guest', guestId));
      for (const socket of [host, staying]) await socket.expectNothing(QUIET_MS);
      const { body } = await third.services.api('GET', `services/${s.id}/sessions`);
      expect(body.items).toMatchObject([{ guests: 0 }]);
    },
    60_000,
  );

  it.each(kinds)(
    'rooms: watchers hear who joined and left, once (away from %s)',
    async (_of, fault) => {
      const [here, there] = nodes;
      const room = `pictures-${++rooms}`;
      await here.rooms.room(app, room);
      const gone = await there.rooms.member(app, room, 'readwrite', 'gone');
      await there.rooms.member(app, room, 'readwrite', 'stays');
      const watcher = await here.rooms.member(app, room, 'read', 'watcher', '?presence=1');
      expect((await watcher.next()).items).toHaveLength(3);
      await sleep(500);
      await outage(fault, async () => {
        await gone.close();
        await there.rooms.member(app, room, 'readwrite', 'new');
        const brief = await there.rooms.member(app, room, 'readwrite', 'brief');
        await brief.close();
      });
      const heard = [await watcher.next(HEAL_MS), await watcher.next(HEAL_MS)];
      expect(heard).toContainEqual({ event: 'leave', identity: 'gone' });
      expect(heard).toContainEqual({ event: 'join', identity: 'new' });
      await watcher.expectNothing(QUIET_MS);
      await there.rooms.hangUp();
      const rest = [await watcher.next(), await watcher.next()];
      expect(rest).toContainEqual({ event: 'leave', identity: 'stays' });
      expect(rest).toContainEqual({ event: 'leave', identity: 'new' });
    },
    60_000,
  );

  it.each(kinds)(
    'circles: members who stay hear what changed, once (away from %s)',
    async (_of, fault) => {
      const [near, far] = [CirclesHarness.at(nodes[0].url), CirclesHarness.at(nodes[1].url)];
      const { u1, u2, u3, circle, conversation, d } = await far.world();
      const [kicked, shown, late] = [await far.person(), await far.person(), await far.person()];
      for (const member of [kicked, shown]) await far.join(u1, circle, member);
      const kept = await far.conversation(u1, circle, [u2, kicked, shown]);
      const member = await (await near.socket(u2)).joinCircle(circle);
      for (const id of [conversation, kept]) await member.joinConversation(id);
      const stranger = await near.socket(u3);
      await sleep(500);
      let fresh = 0;
      let inviteId = 0;
      await outage(fault, async () => {
        await far.api(u1, 'PATCH', `circles/${circle}`, { name: 'Another name' });
        await far.api(u1, 'PATCH', `devices/${d.id}`, { name: 'Another box' });
        await far.api(u1, 'DELETE', `circles/${circle}/members/${kicked.id}`);
        await far.join(u1, circle, late);
        await far.api(u1, 'PATCH', `conversations/${kept}`, { name: 'Another name', deviceAccess: false });
        await far.api(u1, 'DELETE', `conversations/${kept}/members/${shown.id}`);
        await far.api(u1, 'DELETE', `conversations/${conversation}`);
        fresh = await far.conversation(u1, circle, [u2], false);
        await far.api(u1, 'POST', `conversations/${fresh}/members/${u2.id}/promote`);
        inviteId = (await far.api(u1, 'POST', `circles/${circle}/invites`, { email: u3.email })).id;
      });
      const heard = async (client: CirclesClient, count: number): Promise<CirclesReceived[]> => {
        const all: CirclesReceived[] = [];
        while (all.length < count) all.push(await client.next(HEAL_MS));
        return all;
      };
      const expected: CirclesReceived[] = [
        ['circle', { event: 'update', circle_id: circle }],
        ['circle', { event: 'device', type: 'update', device_id: d.id, circle_id: circle }],
        // The database does not record how they left.
        ['circle', { event: 'quit', user: kicked.email, circle_id: circle }],
        ['circle', { event: 'join', user: late.email, circle_id: circle }],
        ['conversation', { event: 'update', conversation_id: kept }],
        ['conversation', { event: 'device', type: 'remove', conversation_id: kept }],
        ['conversation', { event: 'quit', user: shown.email, conversation_id: kept }],
        ['conversation', { event: 'delete', conversation_id: conversation }],
        ['conversation', { event: 'invite', conversation_id: fresh }],
        ['conversation', { event: 'promoted', conversation_id: fresh }],
      ];
      const inOrder = (all: readonly CirclesReceived[]): string[] => all.map((each) => JSON.stringify(each)).sort();
      expect(inOrder(await heard(member, expected.length))).toEqual(inOrder(expected));
      await stranger.expectNext('circle_invite', { event: 'invite', circle_id: circle, circle_invite_id: inviteId });
      await sleep(QUIET_MS);
      for (const client of [member, stranger]) await client.expectQuiet();
      for (const node of nodes)
        await until('nodes that are well', async () => (await readiness(node)) === 'ok', 15_000);
      await far.api(u1, 'DELETE', `circles/${circle}/members/${late.id}`);
      const kick = { event: 'kick', user: late.email, from: u1.email, circle_id: circle };
      await member.expectNext('circle', kick);
      near.hangUp();
    },
    60_000,
  );

  async function enter({ url }: TestNode, name: string): Promise<SignalingClient> {
    const client = await SignalingClient.open(url);
    peers.push(client);
    client.emit('name', name);
    return client;
  }
  async function listed(client: SignalingClient): Promise<string[]> {
    client.emit('connections');
    for (;;) {
      const [event, text] = await client.next();
      if (event === 'connections') return (JSON.parse(text as string) as { sid: string }[]).map(({ sid }) => sid);
    }
  }

  it.each(kinds)(
    'lobby and calls: peers hear who joined and left, once (away from %s)',
    async (_of, fault) => {
      const [here, there] = nodes;
      const listener = await enter(here, 'listener');
      const caller = await enter(here, 'caller');
      const called = await enter(there, 'called');
      const gone = await enter(there, 'gone');
      for (const peer of peers) await until('a list of all', async () => (await listed(peer)).length === 3, 5_000);
      await sleep(500);
      for (const peer of peers) peer.drain();
      caller.emit('send-invitation', called.sid);
      await called.expectNext('receive-invite', invite(caller, called));
      called.emit('accept-invitation', invite(caller, called));
      await caller.expectNext('invite-accepted', invite(caller, called));
      for (const peer of [caller, called]) expect((await peer.next())[0]).toBe('create-peer');
      let fresh: SignalingClient | undefined;
      await outage(fault, async () => {
        gone.close();
        called.close();
        fresh = await enter(there, 'fresh');
        // Answered from the node's own state.
        expect((await listed(listener)).sort()).toContain(caller.sid);
        listener.drain();
        caller.emit('send-invitation', 'nosuch');
        await sleep(500);
      });
      const all = async (client: SignalingClient, count: number): Promise<Received[]> => {
        const heard: Received[] = [];
        while (heard.length < count) heard.push(await client.next(HEAL_MS));
        return heard;
      };
      const lobby: Received[] = [
        ['remove-connection', gone.sid],
        ['remove-connection', called.sid],
        ['add-connection', JSON.stringify({ sid: fresh!.sid, name: 'fresh' })],
      ];
      expect((await all(listener, 3)).sort()).toEqual([...lobby].sort());
      const inCall: Received[] = [...lobby, ['remove-peer-connection', { sender_sid: called.sid }]];
      expect((await all(caller, 4)).sort()).toEqual(inCall.sort());
      await listener.expectNothing(QUIET_MS);
      expect((await listed(listener)).sort()).toEqual([caller.sid, fresh!.sid].sort());
      expect(await caller.next(11_000)).toEqual(['invite-expired-sender', invite(caller, 'nosuch')]);
      await caller.expectNothing(QUIET_MS);
    },
    60_000,
  );
});
