import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  authorized,
  ENDED,
  INVALID,
  joined,
  KICKED,
  left,
  MALFORMED,
  ServicesHarness,
  type TestService,
  WELCOME,
} from '../../support/services.js';
import { WsClient } from '../../support/ws-client.js';
import { sendsBadFrames } from '../../support/frame-witness.js';

/** The conformance cases of the protocol, in order. P allows public codes, Q does not. */
describe('services protocol', () => {
  let harness: ServicesHarness;
  let P: TestService;
  let Q: TestService;

  beforeAll(async () => {
    harness = await ServicesHarness.start();
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    P = await harness.service({ allowPublicCode: true });
    Q = await harness.service();
  });
  afterEach(() => harness.hangUp());

  it('1: greets before anything is sent, with both spellings of the path', async () => {
    for (const path of ['/ws', '/ws/']) {
      const socket = await WsClient.open(harness.server.wsUrl + path);
      expect(await socket.nextText()).toBe(JSON.stringify(WELCOME));
      await socket.close();
    }
  });

  it('serves no path that merely starts like its own', async () => {
    for (const path of ['/wsfoo', '/ws/abc/', '/ws//', '/WS', '/']) {
      await expect(WsClient.open(harness.server.wsUrl + path)).rejects.toThrow('404');
    }
  });

  it('2: authorizes a host and then tells it the code of four different letters', async () => {
    const host = await harness.connect();
    host.send({ token: P.hostToken });
    await host.expectNext(authorized('host'));
    const { type, code, ...rest } = (await host.next()) as { type: string; code: string };
    expect(type).toBe('server_code');
    expect(code).toMatch(/^[A-VX-Z]{4}$/);
    expect(new Set(code).size).toBe(4);
    expect(rest).toEqual({});
  });

  it('3: tells a host no code if the service has none', async () => {
    const { host } = await harness.host(Q);
    await host.expectNothing(500);
  });

  it('4, 5: admits a client before the host, and tells it when the host comes', async () => {
    const { client } = await harness.client(P);
    await client.expectNothing();
    await harness.host(P, true);
    const join = await client.next();
    expect(join).toEqual({ type: 'server_join', role: 'host', user: expect.stringMatching(/^[0-9a-f]{6}$/) });
  });

  it('6: admits a guest by the code, and tells only the host', async () => {
    const { host, code } = await harness.host(P, true);
    const { client } = await harness.client(P, host);
    const guest = await harness.connect();
    guest.send({ token: code });
    await guest.expectNext(authorized('guest'));
    expect(await host.next()).toEqual({
      type: 'server_join',
      role: 'guest',
      user: expect.stringMatching(/^[0-9a-f]{6}$/),
    });
    await client.expectNothing();
    await guest.expectNothing(0);
  });

  it('7: treats codes as case-sensitive', async () => {
    const { code } = await harness.host(P, true);
    const guest = await harness.connect();
    guest.send({ token: code.toLowerCase() });
    await guest.expectNext(INVALID);
    expect(await guest.closeCode()).toBe(1000);
  });

  it.each([{ foo: 1 }, { token: '' }, { token: 0 }, { token: null }, { token: false }, {}])(
    '8: asks for a token after %j and closes',
    async (message) => {
      const socket = await harness.connect();
      socket.send(message);
      await socket.expectNext({ type: 'server_error', message: 'Unauthorized. Expected {"token": "<token>"}' });
      expect(await socket.closeCode()).toBe(1000);
    },
  );

  it.each(['[]', 'nojson', '"x"', '5', 'null', '', '{"token":', '{"token":"x"} {}', Buffer.from('{"token":"x"}')])(
    '9: calls a first frame %j malformed and closes',
    async (frame) => {
      sendsBadFrames();
      const socket = await harness.connect();
      socket.send(frame);
      await socket.expectNext(MALFORMED);
      expect(await socket.closeCode()).toBe(1000);
    },
  );

  it.each([
    { token: 'ABCD' },
    { token: 'HELLO WORLD' },
    { token: 5 },
    { token: [1] },
    { token: { a: 1 } },
    { token: true },
  ])('answers %j with Invalid token and closes', async (message) => {
    await harness.client(Q); // A success clears the previous wrong attempts.
    const socket = await harness.connect();
    socket.send(message);
    await socket.expectNext(INVALID);
    expect(await socket.closeCode()).toBe(1000);
  });

  it('never treats an unknown UUID as a code', async () => {
    const socket = await harness.connect();
    socket.send({ token: '00000000-0000-4000-8000-000000000000' });
    await socket.expectNext(INVALID);
    expect(await socket.closeCode()).toBe(1000);
  });

  it("10: relays the host's messages to clients and guests, but not back", async () => {
    const { host, code } = await harness.host(P, true);
    const { client } = await harness.client(P, host);
    const { guest } = await harness.guest(code, host);
    host.send('{"type":"hello","v":1}');
    expect(await client.nextText()).toBe('{"type":"hello","v":1}');
    expect(await guest.nextText()).toBe('{"type":"hello","v":1}');
    await host.expectNothing();
  });

  it("11: relays a client's message only to the host, with the client's id", async () => {
    const { host, code } = await harness.host(P, true);
    const { client, user } = await harness.client(P, host);
    const { guest } = await harness.guest(code, host);
    client.send({ type: 'x', user: 'spoof' });
    await host.expectNext({ type: 'x', user });
    await guest.expectNothing();
    await client.expectNothing(0);
  });

  it("12: relays a guest's message only to the host, with the guest's id", async () => {
    const { host, code } = await harness.host(P, true);
    const { client } = await harness.client(P, host);
    const { guest, user } = await harness.guest(code, host);
    guest.send({ a: [1, null] });
    await host.expectNext({ a: [1, null], user });
    await client.expectNothing();
  });

  it('13: relays a message with a user id only to that user', async () => {
    const { host, code } = await harness.host(P, true);
    const { client } = await harness.client(P, host);
    const { guest, user } = await harness.guest(code, host);
    host.send({ type: 'dm', user });
    await guest.expectNext({ type: 'dm', user });
    await client.expectNothing();
    await host.expectNothing(0);
  });

  it.each([
    ['"nosuch"', 'nosuch'],
    ['"ffffff"', 'ffffff'],
    ['"services:1"', 'services:1'],
    ['5', '5'],
    ['{"a":1}', '{"a":1}'],
    ['true', 'true'],
  ])('14: says that user %s is not found, and stays open', async (text, name) => {
    const { host } = await harness.host(P, true);
    const { client } = await harness.client(P, host);
    host.send(`{"type":"dm","user":${text}}`);
    await host.expectNext({ type: 'server_error', message: `User ${name} not found` });
    host.send({ type: 'all' });
    await client.expectNext({ type: 'all' });
  });

  it.each(['""', '0', 'null', 'false', '[]', '{}'])('sends a message with user %s to all', async (text) => {
    const { host } = await harness.host(P, true);
    const { client } = await harness.client(P, host);
    host.send(`{"type":"dm","user":${text}}`);
    expect(await client.nextText()).toBe(`{"type":"dm","user":${text}}`);
  });

  it('sends a message with a user id to all if targeting is off', async () => {
    const service = await harness.service({ targeting: false });
    const { host } = await harness.host(service);
    const { client, user } = await harness.client(service, host);
    const { client: other } = await harness.client(service, host);
    for (const message of [{ user }, { user: 'nosuch' }]) {
      host.send(message);
      await client.expectNext(message);
      await other.expectNext(message);
    }
  });

  it('15: tells the host when a client leaves', async () => {
    const { host } = await harness.host(P, true);
    const { client, user } = await harness.client(P, host);
    await client.close();
    await host.expectNext(left('client', user));
  });

  it('16, 17, 19: closes guests with the host, keeps clients, and ends the code', async () => {
    const { client } = await harness.client(P);
    const { host, code } = await harness.host(P, true);
    const { user } = await client.next();
    const { guest } = await harness.guest(code, host);
    await host.close();
    await guest.expectNext(ENDED);
    expect(await guest.closeCode()).toBe(4000);
    await client.expectNext(left('host', user));
    const late = await harness.connect();
    late.send({ token: code });
    await late.expectNext(INVALID);
    client.send({ a: 1 });
    await client.expectNothing();
  });

  it('18: replaces the host with a second one; clients see it join before the old one leaves', async () => {
    const { client } = await harness.client(Q);
    const { host: old } = await harness.host(Q);
    const { user: oldUser } = await client.next();
    const { host: young } = await harness.host(Q);
    await old.expectNext(KICKED);
    expect(await old.closeCode()).toBe(4000);
    const { user } = await client.next();
    expect(user).not.toBe(oldUser);
    await client.expectNext(left('host', oldUser));
    client.send({ a: 1 });
    expect(await young.next()).toMatchObject({ a: 1 });
    // The end of the old socket is not announced again.
    await client.expectNothing();
  });

  it.each(['garbage', '[]', '5', Buffer.from('{}')])(
    '20: ends a client that sends %j after login, and tells the host',
    async (frame) => {
      sendsBadFrames();
      const { host } = await harness.host(P, true);
      const { client, user } = await harness.client(P, host);
      client.send(frame);
      await client.expectNext(MALFORMED);
      expect(await client.closeCode()).toBe(1000);
      await host.expectNext(left('client', user));
    },
  );

  it('21: shows a name only if one was given', async () => {
    const { host, code } = await harness.host(P, true);
    const ann = await harness.connect();
    ann.send({ token: code, name: 'Ann' });
    expect(await host.next()).toMatchObject({ type: 'server_join', role: 'guest', name: 'Ann' });
    const awkward = '<b>\u202eΩ🎪\ud800</b>';
    const bob = await harness.connect();
    bob.send(JSON.stringify({ name: awkward, token: P.clientToken }));
    expect(await host.next()).toMatchObject({ role: 'client', name: awkward });
    for (const name of [undefined, null, 5, ['x']]) {
      const nobody = await harness.connect();
      nobody.send({ token: code, name });
      const join = await host.next();
      expect(join).toEqual(joined('guest', join.user));
    }
  });

  it('22: never relays a token of the service', async () => {
    const { host } = await harness.host(P, true);
    const { client } = await harness.client(P, host);
    host.send({ token: P.hostToken, x: 1 });
    host.send({ type: 'after' });
    await client.expectNext({ type: 'after' });
  });
});
