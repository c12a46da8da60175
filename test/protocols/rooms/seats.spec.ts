import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RawWebSocket } from '../../support/raw-websocket.js';
import { RoomsHarness, type TestApplication } from '../../support/rooms.js';

let harness: Awaited<ReturnType<typeof RoomsHarness.start>>;
let app: TestApplication;

beforeAll(async () => {
  harness = await RoomsHarness.start();
  app = await harness.application();
  await harness.room(app, 'r');
});
afterAll(() => harness.close());
afterEach(() => harness.hangUp());

describe('presence', () => {
  it('tells a watcher first who is there, including itself, then who joins and leaves', async () => {
    const a = await harness.member(app, 'r', 'readwrite', 'a');
    const watcher = await harness.member(app, 'r', 'read', 'watcher', '?presence=1');
    const { event, items } = await watcher.next();
    expect(event).toBe('present');
    expect(items).toEqual([
      { identity: 'a', permissions: 'readwrite', connectedAt: expect.stringMatching(/Z$/) },
      { identity: 'watcher', permissions: 'read', connectedAt: expect.stringMatching(/Z$/) },
    ]);
    const w = await harness.member(app, 'r', 'write', 'w');
    await watcher.expectNext({ event: 'join', identity: 'w' });
    await w.close();
    await watcher.expectNext({ event: 'leave', identity: 'w' });
    await a.expectNothing();
  });

  it('reports each socket once, however many come and go at the same time', async () => {
    const endpoint = await harness.endpoint(app, 'r', 'read', 'crowd');
    const watcher = await harness.endpoint(app, 'r', 'read', 'watcher');
    const [first, ...others] = await Promise.all([
      harness.connect(watcher, '?presence=1'),
      ...Array.from({ length: 20 }, () => harness.connect(endpoint)),
    ]);
    const present = await first.next();
    expect(present.event).toBe('present');
    const before = present.items.filter(({ identity }: { identity: string }) => identity === 'crowd').length;
    for (let i = before; i < 20; i++) await first.expectNext({ event: 'join', identity: 'crowd' });
    await first.expectNothing();
    await Promise.all(others.map((client) => client.close()));
    for (let i = 0; i < 20; i++) await first.expectNext({ event: 'leave', identity: 'crowd' });
    await first.expectNothing();
  });

  it('is shown over REST to the room’s application', async () => {
    await harness.room(app, 'shown');
    await harness.member(app, 'shown', 'write', 'w');
    const { body } = await harness.as(app, 'GET', 'rooms/shown/presence');
    expect(body).toEqual({
      items: [{ identity: 'w', permissions: 'write', connectedAt: expect.any(String) }],
      nextCursor: null,
      count: 1,
    });
    await harness.hangUp();
    await expect
      .poll(async () => (await harness.as(app, 'GET', 'rooms/shown/presence')).body)
      .toEqual({ items: [], nextCursor: null, count: 0 });
    const other = await harness.application();
    expect((await harness.as(other, 'GET', 'rooms/shown/presence')).status).toBe(404);
  });
});

describe('an endpoint that expires', () => {
  it('closes its sockets on time and admits nobody afterwards', async () => {
    const endpoint = await harness.endpoint(app, 'r', 'read', 'soon', { expiresInSeconds: 1 });
    expect(endpoint).toMatchObject({ expiresAt: expect.stringMatching(/Z$/) });
    const client = await harness.connect(endpoint);
    await client.expectNothing(300);
    expect(await client.closeCode()).toBe(1008);
    await expect(harness.connect(endpoint)).rejects.toThrow('403');
  });
});

describe('immediate revocation', () => {
  it('closes the sockets of a deleted endpoint, room and application with 1008', async () => {
    const doomed = await harness.application();
    await harness.room(doomed, 'one');
    await harness.room(doomed, 'two', { durable: true });
    const endpoint = await harness.endpoint(doomed, 'one');
    const [a, b] = [await harness.connect(endpoint), await harness.member(doomed, 'one')];
    const c = await harness.member(doomed, 'two');
    const bystander = await harness.member(app, 'r');
    expect(await harness.as(doomed, 'DELETE', `rooms/one/endpoints/${endpoint.code}`)).toMatchObject({ status: 204 });
    expect(await a.closeCode()).toBe(1008);
    await b.expectNothing(0);
    expect(await harness.as(doomed, 'DELETE', 'rooms/one')).toMatchObject({ status: 204 });
    expect(await b.closeCode()).toBe(1008);
    expect(await harness.admin('DELETE', `applications/${doomed.id}`)).toMatchObject({ status: 204 });
    expect(await c.closeCode()).toBe(1008);
    expect(await harness.as(doomed, 'GET', 'rooms')).toMatchObject({ status: 401 });
    await bystander.expectNothing(0);
  });

  it.each(['read', 'write'] as const)('is not put off by a client that does not answer (%s)', async (permissions) => {
    const endpoint = await harness.endpoint(app, 'r', permissions, 'deaf');
    const { port } = new URL(harness.server.url);
    const client = await RawWebSocket.open(Number(port), `/ws/endpoint/${endpoint.code}/`);
    const present = async () => (await harness.as(app, 'GET', 'rooms/r/presence')).body.items;
    await expect.poll(present).toMatchObject([{ identity: 'deaf' }]);
    // From a writer also what ends a connection without us.
    client.socket.pause().write(permissions === 'write' ? Buffer.from([0xff, 0xff]) : '');
    expect(await harness.as(app, 'DELETE', `rooms/r/endpoints/${endpoint.code}`)).toMatchObject({ status: 204 });
    await expect.poll(present, { timeout: 15_000 }).toEqual([]);
    client.socket.destroy();
  });

  it('lets a key be replaced without closing what the old one created', async () => {
    const { id, apiKey: oldKey } = await harness.application();
    const old = { id, name: '', apiKey: oldKey };
    await harness.room(old, 'r');
    const { body: added } = await harness.admin('POST', `applications/${id}/keys`);
    const current = { ...old, apiKey: added.apiKey as string };
    expect(added).toMatchObject({ prefix: added.apiKey.slice(0, 11), lastUsedAt: null });
    const [byOld, byNew] = [await harness.member(old, 'r'), await harness.member(current, 'r')];
    const { body: keys } = await harness.admin('GET', `applications/${id}/keys`);
    expect(keys.items.map(({ prefix }: { prefix: string }) => prefix)).toEqual([oldKey.slice(0, 11), added.prefix]);
    expect(JSON.stringify(keys)).not.toContain(oldKey);
    const deleted = await harness.admin('DELETE', `applications/${id}/keys/${keys.items[0].id}`);
    expect(deleted.status).toBe(204);
    byNew.send({ message: 'still there' });
    expect(await byOld.next()).toMatchObject({ message: 'still there' });
    expect((await harness.as(old, 'GET', 'rooms')).status).toBe(401);
    expect((await harness.legacy('/list_rooms/', oldKey)).status).toBe(403);
    expect((await harness.as(current, 'GET', 'rooms')).status).toBe(200);
    expect((await harness.admin('DELETE', `applications/${id}/keys/${keys.items[0].id}`)).status).toBe(404);
  });

  it('admits nobody while the endpoint is being deleted', async () => {
    for (let i = 0; i < 20; i++) {
      const endpoint = await harness.endpoint(app, 'r');
      const [admitted] = await Promise.allSettled([
        harness.connect(endpoint),
        harness.as(app, 'DELETE', `rooms/r/endpoints/${endpoint.code}`),
      ]);
      if (admitted.status === 'fulfilled') expect(await admitted.value.closeCode()).toBe(1008);
    }
  });

  it('reaches endpoints and keys that an admin revokes', async () => {
    const { id, apiKey } = await harness.application();
    const tenant = { id, name: '', apiKey };
    await harness.room(tenant, 'r');
    const endpoint = await harness.endpoint(tenant, 'r');
    const [a, b] = [await harness.connect(endpoint), await harness.member(tenant, 'r')];
    expect((await harness.admin('POST', 'revocations', { endpoint: endpoint.code })).status).toBe(201);
    expect(await a.closeCode()).toBe(1008);
    await expect(harness.connect(endpoint)).rejects.toThrow('403');
    await b.expectNothing(0);
    const { body: keys } = await harness.admin('GET', `applications/${id}/keys`);
    expect((await harness.admin('POST', 'revocations', { apiKey: keys.items[0].id })).status).toBe(201);
    expect(await b.closeCode()).toBe(1008);
    expect((await harness.as(tenant, 'GET', 'rooms')).status).toBe(401);
  });
});

describe('secrets', () => {
  it('are nowhere in the database', async () => {
    const endpoint = await harness.endpoint(app, 'r', 'read', 'secretive');
    const tables: { name: string }[] = await harness.app.dataSource.query(
      `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
    );
    for (const { name } of tables) {
      const rows: { row: string }[] = await harness.app.dataSource.query(`SELECT t::text AS row FROM "${name}" t`);
      const text = rows.map(({ row }) => row).join('\n');
      for (const secret of [endpoint.code, app.apiKey]) {
        expect(text.includes(secret), name).toBe(false);
        expect(text.includes(Buffer.from(secret).toString('hex')), name).toBe(false);
      }
    }
  });

  it('are listed only if they are codes', async () => {
    const { body } = await harness.as(app, 'GET', 'rooms/r/endpoints?limit=200');
    const endpoint = body.items.find(({ identity }: { identity: string }) => identity === 'secretive');
    expect((await harness.connect(endpoint)).socket.readyState).toBe(1);
    expect(endpoint).toMatchObject({ room: 'r', permissions: 'read', expiresAt: null });
    expect(JSON.stringify((await harness.admin('GET', 'applications')).body)).not.toContain('sb_');
  });
});

describe('the use of a key', () => {
  it('is recorded, but not with every request', async () => {
    const tenant = await harness.application();
    const used = async () =>
      (await harness.admin('GET', `applications/${tenant.id}/keys`)).body.items[0].lastUsedAt as string | null;
    expect(await used()).toBeNull();
    await Promise.all(Array.from({ length: 10 }, () => harness.as(tenant, 'GET', 'rooms')));
    await expect.poll(used).not.toBeNull();
    const first = await used();
    await harness.as(tenant, 'GET', 'rooms');
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await used()).toBe(first);
    await harness.app.dataSource.query(
      `UPDATE application_keys SET last_used_at = now() - interval '2 minutes' WHERE application_id = $1`,
      [tenant.id],
    );
    await harness.as(tenant, 'GET', 'rooms');
    await expect.poll(async () => Date.parse((await used()) ?? '') >= Date.parse(first ?? '')).toBe(true);
  });
});
