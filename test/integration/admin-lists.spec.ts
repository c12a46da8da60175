import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, newUser, signIn } from '../support/api.js';
import { CirclesClient } from '../support/circles.js';
import { RoomsHarness, type TestApplication } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';
import { SignalingClient } from '../support/signaling.js';

describe('searches by admins', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let services: Awaited<ReturnType<typeof servicesOn>>;
  let app: TestApplication;

  const servicesOn = (harness: { app: Parameters<typeof ServicesHarness.on>[0] }) => ServicesHarness.on(harness.app);
  /** All pages of a list, with two items each. */
  const all = async (path: string): Promise<Record<string, unknown>[]> => {
    const items: Record<string, unknown>[] = [];
    let cursor = '';
    do {
      const { status, body } = await rooms.admin('GET', `${path}${path.includes('?') ? '&' : '?'}limit=2${cursor}`);
      expect([path, status]).toEqual([path, 200]);
      expect(body.items.length).toBeLessThanOrEqual(2);
      items.push(...(body.items as Record<string, unknown>[]));
      cursor = body.nextCursor === null ? '' : `&cursor=${encodeURIComponent(body.nextCursor as string)}`;
    } while (cursor !== '');
    return items;
  };
  const found = async (path: string, member: string): Promise<unknown[]> =>
    (await all(path)).map((item) => item[member]);

  beforeAll(async () => {
    rooms = await RoomsHarness.start({ REGISTRATION: 'open' });
    services = await servicesOn(rooms);
    app = await rooms.application('Chat backend');
  });
  afterAll(async () => {
    await services.hangUp();
    await rooms.close();
  });

  it('find accounts by any part of email and names, in any case', async () => {
    const names = [
      { email: 'zoe.brown@example.org', firstName: 'Zoé', lastName: 'Brown' },
      { email: 'z100%_x@example.org', firstName: 'ÉMILE', lastName: 'Zola' },
      { email: 'other@brown.example', firstName: 'Ann', lastName: 'Green' },
    ];
    for (const person of names) await newUser(rooms.call, person);
    const q = (words: string) => found(`accounts?q=${encodeURIComponent(words)}`, 'email');
    expect(await q('BROWN')).toEqual(['zoe.brown@example.org', 'other@brown.example']);
    expect(await q('brown  zoé')).toEqual(['zoe.brown@example.org']);
    expect(await q('émile zol')).toEqual(['z100%_x@example.org']);
    expect(await q('%_')).toEqual(['z100%_x@example.org']);
    expect(await q('nobody at all')).toEqual([]);
    expect((await rooms.admin('GET', 'accounts?q=')).status).toBe(422);
  });

  it('find applications, services and rooms by name', async () => {
    await rooms.application('Game backend');
    expect(await found('applications?q=BACK+chat', 'name')).toEqual(['Chat backend']);
    const { id } = await services.service({ title: 'Planetarium 9' });
    await services.service({ title: 'Aquarium 9' });
    expect(await found('services?q=planet', 'id')).toEqual([id]);
    for (const name of ['lobby-1', 'lobby-2', 'lobby-3', 'other']) await rooms.room(app, name);
    expect(await found(`applications/${app.id}/rooms?q=lobby`, 'name')).toEqual(['lobby-1', 'lobby-2', 'lobby-3']);
    expect((await rooms.as(app, 'GET', 'rooms?q=THER')).body.items).toMatchObject([{ name: 'other' }]);
  });

  it('show what an application sees of its rooms, but no codes', async () => {
    await rooms.room(app, 'seen', { durable: true });
    const alice = await rooms.member(app, 'seen', 'readwrite', 'alice');
    const bob = await rooms.endpoint(app, 'seen', 'read', 'bob');
    alice.send({ message: 'hello' });
    await alice.next();
    const own = (path: string) => rooms.admin('GET', `applications/${app.id}/rooms/seen${path}`);
    expect((await own('')).body).toEqual((await rooms.as(app, 'GET', 'rooms/seen')).body);
    expect((await own('/messages')).body).toEqual((await rooms.as(app, 'GET', 'rooms/seen/messages')).body);
    expect((await own('/presence')).body).toMatchObject({ items: [{ identity: 'alice' }], count: 1, nextCursor: null });
    const { body: endpoints } = await own('/endpoints');
    expect(endpoints.items).toMatchObject([{ identity: 'alice' }, { identity: 'bob', room: 'seen' }]);
    expect(JSON.stringify(endpoints)).not.toContain(bob.code);
    expect((await own('/endpoints?identity=bob')).body.items).toEqual([endpoints.items[1]]);
    expect((await rooms.as(app, 'GET', 'rooms/seen/endpoints?identity=bob')).body.items).toMatchObject([bob]);
    const other = await rooms.application();
    for (const path of ['', '/endpoints', '/messages', '/presence']) {
      const answer = await rooms.admin('GET', `applications/${other.id}/rooms/seen${path}`);
      expect([path, answer.status]).toEqual([path, 404]);
    }
    expect((await rooms.admin('GET', 'applications/999999/rooms')).status).toBe(404);
    expect((await rooms.call('GET', `applications/${app.id}/rooms`, {})).status).toBe(401);
  });

  it('find connections by what they belong to', async () => {
    await rooms.room(app, 'crowd');
    for (let i = 0; i < 3; i++) await rooms.member(app, 'crowd', 'readwrite', `guest ${i}`);
    const service = await services.service({ allowPublicCode: true, title: 'Museum 7' });
    const { host, code } = await services.host(service, true);
    await services.guest(code, host);
    const person = await newUser(rooms.call);
    const { body: circle } = await rooms.call('POST', 'circles', { token: person.accessToken, body: { name: 'home' } });
    const socket = await (await CirclesClient.open(rooms.server.url)).login(person.accessToken);
    await socket.joinCircle(circle.id as number);
    const [session] = (await rooms.admin('GET', `services/${service.id}/sessions`)).body.items;
    try {
      const count = async (query: string) => (await all(`connections?${query}`)).length;
      expect(await count(`application=${app.id}&room=crowd`)).toBe(3);
      expect(await count(`application=${app.id + 1}&room=crowd`)).toBe(0);
      expect(await count(`service=${service.id}`)).toBe(2);
      expect(await count('service=Museum+7')).toBe(2);
      expect(await count(`session=${session.id}`)).toBe(2);
      expect(await count(`session=${code}`)).toBe(2);
      expect(await count(`circle=${circle.id}`)).toBe(1);
      expect(await count(`account=${person.user.id}&protocol=circles`)).toBe(1);
      expect(await count(`account=${encodeURIComponent(person.user.email)}`)).toBe(1);
      expect(await count('address=127.0.0.1&room=crowd')).toBe(3);
      expect(await count('address=127.0.0.2')).toBe(0);
      expect(await count(`q=${encodeURIComponent('MUSEUM guest')}`)).toBe(1);
      expect(await count('q=guest+crowd')).toBe(3);
      const [item] = await all(`connections?room=crowd`);
      expect(item).toMatchObject({ application: String(app.id), room: 'crowd', service: null, account: null });
    } finally {
      socket.socket.close();
    }
  });

  it('page through everything that is live', async () => {
    const service = await services.service({ allowMultipleHosts: true });
    for (let i = 0; i < 3; i++) await services.host(service);
    const sessions = await found(`services/${service.id}/sessions`, 'id');
    expect(new Set(sessions).size).toBe(3);
    await rooms.room(app, 'paged');
    for (let i = 0; i < 3; i++) await rooms.member(app, 'paged', 'readwrite', `paged ${i}`);
    expect(await found(`applications/${app.id}/rooms/paged/presence`, 'identity')).toEqual([
      'paged 0',
      'paged 1',
      'paged 2',
    ]);
    const peers = [];
    for (let i = 0; i < 3; i++) peers.push(await SignalingClient.open(rooms.server.url));
    expect(new Set(await found('lobby', 'sid')).size).toBe(3);
    expect((await all('nodes')).length).toBe(1);
    for (const peer of peers) peer.socket.close();
    for (const path of [`services/${service.id}/sessions`, 'lobby', 'nodes']) {
      expect([path, (await rooms.admin('GET', `${path}?cursor=x`)).status]).toEqual([path, 422]);
      expect([path, (await rooms.admin('GET', `${path}?limit=0`)).status]).toEqual([path, 422]);
    }
  });

  it('list calls, newest first, by outcome, participant and time', async () => {
    const { user } = await signIn(rooms.call, ADMIN.email, ADMIN.password);
    await rooms.app.dataSource.query(
      `WITH made AS (
         INSERT INTO calls (key, protocol, outcome, reason, wire_id, started_at, ended_at, lease_until)
         SELECT 'listed ' || n, CASE WHEN n = 2 THEN 'omikron' ELSE 'signaling' END,
           CASE WHEN n = 3 THEN 'failed' ELSE 'completed' END, CASE WHEN n = 3 THEN 'node_lost' END,
           CASE WHEN n = 2 THEN '5f8d3c52-9a3e-4b7e-8f0a-1c2d3e4f5a6b' END,
           '2026-01-01'::timestamptz + make_interval(days => n), '2026-02-01', '2026-02-01'
         FROM generate_series(1, 5) n ORDER BY n RETURNING id, key
       ) INSERT INTO call_participants (call_id, sid, name, user_id)
       SELECT id, 'sid ' || key, 'Ala', CASE WHEN key = 'listed 4' THEN $1::integer END FROM made`,
      [user.id],
    );
    const days = async (query: string): Promise<string[]> =>
      (await found(`calls?${query}`, 'startedAt')).map((time) => (time as string).slice(8, 10));
    expect(await days('')).toEqual(['06', '05', '04', '03', '02']);
    expect(await all('calls?outcome=failed')).toMatchObject([{ outcome: 'failed', reason: 'node_lost', callId: null }]);
    expect(await all('calls?protocol=omikron')).toMatchObject([
      { reason: null, callId: '5f8d3c52-9a3e-4b7e-8f0a-1c2d3e4f5a6b' },
    ]);
    expect(await days('participant=sid+listed+1')).toEqual(['02']);
    expect(await days('participant=Ala&outcome=completed')).toEqual(['06', '05', '03', '02']);
    expect(await days(`participant=${user.id}`)).toEqual(['05']);
    expect(await days(`participant=${encodeURIComponent(ADMIN.email.toUpperCase())}`)).toEqual(['05']);
    expect(await days('from=2026-01-03T00:00:00Z&to=2026-01-05T00:00:00Z')).toEqual(['04', '03']);
    expect((await rooms.admin('GET', 'calls?outcome=lost')).status).toBe(422);
    expect((await rooms.admin('GET', 'calls?from=yesterday')).status).toBe(422);
  });
});
