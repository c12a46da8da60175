import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RoomsHarness, type TestApplication, type TestEndpoint } from '../../support/rooms.js';
import { type WsClient } from '../../support/ws-client.js';
import { sendsBadFrames } from '../../support/frame-witness.js';

type Socket = Promise<WsClient>;
const TEXT = 'text/html; charset=utf-8';

/** The conformance cases of the protocol, in order and with their numbers, over the legacy routes. */
describe('rooms protocol', () => {
  let harness: RoomsHarness;
  let KA: TestApplication;
  let KB: TestApplication;

  beforeAll(async () => {
    harness = await RoomsHarness.start();
    KA = await harness.application();
    KB = await harness.application();
  });
  afterAll(() => harness.close());
  afterEach(() => harness.hangUp());

  const get = (path: string, { apiKey }: { apiKey: string } = KA) => harness.legacy(path, apiKey);
  const add = async (permissions: string, identity: string, room = 'r1'): Promise<TestEndpoint> => {
    const { text } = await harness.legacy(`/add_endpoint/${room}/${permissions}/?identity=${identity}`, KA.apiKey);
    return JSON.parse(text) as TestEndpoint;
  };

  it('1: creates rooms, by both spellings', async () => {
    expect(await get('/create-room/r1/')).toMatchObject({ status: 200, text: 'Room created successfully', type: TEXT });
    expect(await get('/create_room/r2/')).toMatchObject({ status: 200, text: 'Room created successfully', type: TEXT });
  });

  it('2: answers 404 for a room that exists', async () => {
    expect(await get('/create-room/r1/')).toMatchObject({ status: 404, text: 'Room already exists', type: TEXT });
  });

  it('3: keeps the room names of two applications apart', async () => {
    expect(await get('/create-room/r1/', KB)).toMatchObject({ status: 200, text: 'Room created successfully' });
  });

  it('4: refuses wrong and missing keys on every route', async () => {
    const refused = { status: 403, text: 'No/Invalid API KEY', type: TEXT };
    for (const path of [
      '/create-room/x/',
      '/delete-room/r1/',
      '/list_rooms/',
      '/add_endpoint/r1/read/',
      '/list_endpoints/r1/',
      '/delete_endpoint/r1/abc/',
    ]) {
      expect(await harness.legacy(path, 'nope'), path).toMatchObject(refused);
      expect(await harness.legacy(path, ''), path).toMatchObject(refused);
      expect(await harness.legacy(path), path).toMatchObject(refused);
    }
    expect((await get('/list_rooms/')).text).toBe('{"rooms": ["r1", "r2"]}');
  });

  it('5: lists rooms in the order of their creation', async () => {
    expect(await get('/list_rooms/')).toMatchObject({
      status: 200,
      type: 'application/json',
      text: '{"rooms": ["r1", "r2"]}',
    });
  });

  it('6: adds endpoints by GET and by POST', async () => {
    for (const method of ['GET', 'POST']) {
      const path = '/add_endpoint/r1/readwrite/?identity=alice';
      const { status, type, text } = await harness.legacy(path, KA.apiKey, { method });
      expect(status).toBe(200);
      expect(type).toBe('application/json');
      expect(text).toMatch(
        /^\{"code": "[A-Za-z0-9]{100}", "room": "r1", "permissions": "readwrite", "identity": "alice"\}$/,
      );
    }
  });

  it('7: uses the name Anonymous if there is none, and keeps an empty one', async () => {
    expect(JSON.parse((await get('/add_endpoint/r1/read/')).text)).toMatchObject({ identity: 'Anonymous' });
    expect(JSON.parse((await get('/add_endpoint/r1/read/?identity=')).text)).toMatchObject({ identity: '' });
    expect((await get('/add_endpoint/r1/read/?identity=%C3%A9%F0%9F%98%80')).text).toContain(
      '"identity": "\\u00e9\\ud83d\\ude00"',
    );
  });

  it('8: refuses other permissions', async () => {
    expect(await get('/add_endpoint/r1/admin/')).toMatchObject({
      status: 404,
      type: TEXT,
      text: 'Invalid permissions: The permissions should be read, write or readwrite',
    });
  });

  it('9: answers 404 for an endpoint in an unknown room', async () => {
    expect((await harness.legacy('/add_endpoint/none/read/', KA.apiKey, { method: 'POST' })).status).toBe(404);
    expect((await get('/add_endpoint/none/admin/')).text).not.toContain('Invalid permissions');
  });

  it('10: lists the endpoints of a room only to its own application', async () => {
    const { status, text } = await get('/list_endpoints/r1/');
    expect(status).toBe(200);
    const { endpoints } = JSON.parse(text) as { endpoints: object[] };
    expect(endpoints.length).toBeGreaterThan(3);
    for (const endpoint of endpoints) expect(Object.keys(endpoint)).toEqual(['code', 'permissions', 'identity']);
    expect((await get('/list_endpoints/r2/', KB)).status).toBe(404);
  });

  describe('with endpoints', () => {
    let A: TestEndpoint, B: TestEndpoint, R: TestEndpoint, W: TestEndpoint;
    let a: WsClient, b: WsClient, r: WsClient, w: WsClient;

    beforeAll(async () => {
      [A, B, R, W] = [
        await add('readwrite', 'a'),
        await add('readwrite', 'b'),
        await add('read', 'r'),
        await add('write', 'w'),
      ];
    });
    const join = async (): Promise<void> => {
      [a, b, r, w] = await Promise.all(
        [A, B, R, W].map((endpoint) => harness.connect(endpoint)) as [Socket, Socket, Socket, Socket],
      );
    };

    it('11: delivers to everybody who may read, including the sender', async () => {
      await join();
      a.send('{"message":"hi"}');
      for (const client of [a, b, r]) {
        const { timestamp, ...frame } = (await client.next()) as { timestamp: string };
        expect(frame).toEqual({ message: 'hi', identity: 'a' });
        expect(timestamp).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}\+00:00$/);
        expect(Math.abs(Date.parse(timestamp) - Date.now())).toBeLessThan(5_000);
      }
      await w.expectNothing();
    });

    it('12: sends the stored name of the sender, whatever it claims', async () => {
      await join();
      w.send('{"message":{"x":[1,null]},"identity":"spoof"}');
      for (const client of [a, b, r]) {
        expect(await client.next()).toMatchObject({ message: { x: [1, null] }, identity: 'w' });
      }
    });

    it('13: ignores what a reader sends', async () => {
      sendsBadFrames();
      await join();
      for (const text of ['{"message":"no"}', 'garbage', '{}']) r.send(text);
      r.send(Buffer.from([1, 2, 3]));
      await r.expectNothing();
      await a.expectNothing();
      a.send('{"message":1}');
      expect(await r.next()).toMatchObject({ message: 1 });
    });

    it('14: relays null', async () => {
      await join();
      a.send('{"message":null}');
      expect(await b.next()).toMatchObject({ message: null });
    });

    it.each(['garbage', '{"msg":1}', '[]', '"x"', 'null', '{"message":}', '{"message":1}}', ''])(
      '15: closes a sender of %s, and nobody else',
      async (text) => {
        sendsBadFrames();
        await join();
        a.send(text);
        expect(await a.closeCode()).toBe(1007);
        w.send(text);
        expect(await w.closeCode()).toBe(1007);
        await b.expectNothing();
      },
    );

    it('15: closes a sender of binary', async () => {
      await join();
      a.send(Buffer.from('{"message":1}'));
      expect(await a.closeCode()).toBe(1007);
      await b.expectNothing();
    });

    it('16: serves several sockets of one endpoint', async () => {
      const [one, two] = [await harness.connect(A), await harness.connect(A)];
      one.send('{"message":"hi"}');
      expect(await one.next()).toMatchObject({ message: 'hi' });
      expect(await two.next()).toMatchObject({ message: 'hi' });
    });

    it('17: refuses unknown codes at the handshake, and serves no other path', async () => {
      await expect(harness.connect({ code: 'unknown' })).rejects.toThrow('403');
      await expect(harness.connect({ code: 'A'.repeat(100) })).rejects.toThrow('403');
      await expect(harness.connect({ code: '%zz' })).rejects.toThrow(/40\d/);
      await expect(harness.connect({ code: `${A.code}/x` })).rejects.toThrow('404');
      await expect(harness.connect({ code: '' })).rejects.toThrow('404');
    });

    it('accepts the path without its last slash', async () => {
      const client = await harness.connect({ code: `${A.code}?x=` });
      client.send('{"message":1}');
      expect(await client.next()).toMatchObject({ message: 1 });
    });

    it('19: closes the sockets of a deleted endpoint at once', async () => {
      await join();
      const path = `/delete_endpoint/r1/${B.code}/`;
      expect(await get(path, KB)).toMatchObject({ status: 404 });
      expect(await get(path)).toMatchObject({ status: 200, text: 'Endpoint deleted successfully' });
      expect(await b.closeCode()).toBe(1008);
      await expect(harness.connect(B)).rejects.toThrow('403');
      expect(await get(path)).toMatchObject({ status: 404 });
      a.send('{"message":1}');
      expect(await a.next()).toMatchObject({ message: 1 });
    });

    it('20: closes the sockets of a deleted room and forgets it', async () => {
      [a, r, w] = await Promise.all([A, R, W].map((endpoint) => harness.connect(endpoint)) as [Socket, Socket, Socket]);
      expect(await get('/delete-room/r1/')).toMatchObject({ status: 200, text: 'Room deleted successfully' });
      for (const client of [a, r, w]) expect(await client.closeCode()).toBe(1008);
      expect((await get('/list_rooms/')).text).toBe('{"rooms": ["r2"]}');
      expect((await get('/list_endpoints/r1/')).status).toBe(404);
      expect((await get('/delete_room/r1/')).status).toBe(404);
      await expect(harness.connect(A)).rejects.toThrow('403');
    });
  });

  it('18: never mixes messages of two applications', async () => {
    const [a, a_b] = [await harness.application('a'), await harness.application('a_b')];
    await harness.room(a, 'b_c');
    await harness.room(a_b, 'c');
    const one = await harness.member(a, 'b_c');
    const two = await harness.member(a_b, 'c');
    one.send('{"message":1}');
    expect(await one.next()).toMatchObject({ message: 1 });
    await two.expectNothing();
  });

  it('22: refuses invalid names', async () => {
    for (const name of ['bad%20name!', '%C3%A9', 'a.b', 'x'.repeat(101), '%00']) {
      expect(await get(`/create-room/${name}/`), name).toMatchObject({
        status: 400,
        text: 'Invalid room name',
        type: TEXT,
      });
    }
    expect((await get(`/create-room/${'x'.repeat(100)}/`)).status).toBe(200);
  });

  it('redirects GET to the path with a slash, before it requires a key', async () => {
    const { status, headers } = await harness.legacy('/list_rooms');
    expect(status).toBe(301);
    expect(headers.get('location')).toBe('/list_rooms/');
    expect((await get('/add_endpoint/r2/read?identity=x')).headers.get('location')).toBe(
      '/add_endpoint/r2/read/?identity=x',
    );
  });

  it('changes nothing on HEAD or unknown methods', async () => {
    for (const method of ['HEAD', 'DELETE', 'PUT']) {
      expect((await harness.legacy('/delete-room/r2/', KA.apiKey, { method })).status).toBe(405);
    }
    expect((await get('/list_rooms/')).text).toContain('"r2"');
  });

  it('refuses identities it cannot store', async () => {
    const identity = (text: string) => get(`/add_endpoint/r2/read/?identity=${text}`);
    expect((await identity('x'.repeat(101))).status).toBe(400);
    expect((await identity('%00')).status).toBe(400);
    expect((await identity('%F0%9F%98%80'.repeat(100))).status).toBe(200);
    expect(JSON.parse((await identity('a&identity=b+c')).text)).toMatchObject({ identity: 'b c' });
    expect((await identity('%zz%ff')).status).toBe(200);
  });

  describe('the forms of the later version', () => {
    const post = (path: string, body: unknown) =>
      harness.legacy(path, KA.apiKey, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'content-type': 'application/json' },
      });

    it('creates a room named in the body', async () => {
      const body = { room_name: 'later', webhook: 'http://192.0.2.1/' };
      expect(await post('/create_room/', body)).toMatchObject({ status: 200, text: 'Room created successfully' });
      expect(await post('/create_room/', body)).toMatchObject({
        status: 200,
        text: 'Room already exists. Webhook updated successfully.',
      });
    });

    it('refuses a body without a valid name', async () => {
      for (const body of [{}, { room_name: 5 }, { room_name: 'a b' }, [], 'null'])
        expect((await post('/create_room/', body)).status).toBe(400);
      expect(await post('/create_room/', {})).toMatchObject({ text: 'Invalid room name' });
      expect((await post('/create_room/', '{')).status).toBe(400);
    });

    it('adds an endpoint described in the body', async () => {
      const { text } = await post('/add_endpoint/', { room_name: 'later', permissions: 'read', identity: 'i' });
      expect(text).toMatch(
        /^\{"code": "[A-Za-z0-9]{100}", "room_name": "later", "permissions": "read", "identity": "i"\}$/,
      );
      expect((await post('/add_endpoint/', { room_name: 'later', permissions: 'read' })).text).toContain('"Anonymous"');
      expect((await post('/add_endpoint/', { room_name: 'none', permissions: 'read' })).status).toBe(404);
      expect((await post('/add_endpoint/', { room_name: 'later', permissions: 'x' })).status).toBe(404);
      expect((await post('/add_endpoint/', { room_name: 'later', permissions: 'read', identity: 5 })).status).toBe(400);
    });
  });
});

describe('rooms without a key', () => {
  it('are safe from pages of other sites, which need a key or an entry in the list', async () => {
    const harness = await RoomsHarness.start({ KEYLESS_APPLICATION: 'demo', ALLOWED_ORIGINS: 'https://app.example' });
    const free = await RoomsHarness.start({ KEYLESS_APPLICATION: 'demo' });
    try {
      const { apiKey } = await harness.application();
      const status = async (
        server: RoomsHarness,
        headers: Record<string, string>,
        path = 'create-room/x/',
        method = 'GET',
      ) => (await fetch(`${server.server.url}/${path}`, { method, headers })).status;
      const evil = { origin: 'https://evil.example' };
      const routes = [
        'create-room/r/',
        'delete-room/r/',
        'list_rooms/',
        'add_endpoint/r/read/',
        'delete_endpoint/r/x/',
      ];
      for (const server of [harness, free]) {
        for (const path of routes) {
          expect(await status(server, { 'sec-fetch-site': 'cross-site' }, path)).toBe(403);
          expect(await status(server, evil, path)).toBe(403);
          expect(await status(server, { ...evil, 'sec-fetch-site': 'cross-site' }, path, 'POST')).toBe(403);
          expect(await status(server, { origin: 'null' }, path, 'POST')).toBe(403);
        }
        const { body } = await server.call('GET', 'rooms');
        expect(body.items).toEqual([]);
        expect(await status(server, { 'sec-fetch-site': 'none' })).toBe(200);
        // Read once, since the next read names another node.
        const { url } = server.server;
        const sameOrigin = { origin: new URL(url).origin, 'sec-fetch-site': 'same-origin' };
        expect((await fetch(`${url}/delete-room/x/`, { headers: sameOrigin })).status).toBe(
          server === free ? 200 : 403,
        );
      }
      expect(
        await status(harness, { origin: 'https://app.example', 'sec-fetch-site': 'cross-site' }, 'create-room/y/'),
      ).toBe(200);
      expect(await status(harness, { ...evil, 'api-key': apiKey }, 'create-room/z/')).toBe(200);
    } finally {
      await Promise.all([harness.close(), free.close()]);
    }
  });

  it('belong to the application named in the configuration', async () => {
    const harness = await RoomsHarness.start({ KEYLESS_APPLICATION: 'demo' });
    try {
      expect(await harness.legacy('/create-room/r1/')).toMatchObject({ status: 200 });
      expect(await harness.legacy('/list_rooms/', '')).toMatchObject({ text: '{"rooms": ["r1"]}' });
      expect(await harness.legacy('/list_rooms/', 'nope')).toMatchObject({ status: 403 });
      const { body } = await harness.call('GET', 'rooms');
      expect(body).toMatchObject({ items: [{ name: 'r1' }] });
    } finally {
      await harness.close();
    }
  });
});
