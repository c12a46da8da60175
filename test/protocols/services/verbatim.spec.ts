import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { takeUnknown } from '../../support/frame-witness.js';
import { INVALID, ServicesHarness, type TestService } from '../../support/services.js';
import { type WsClient } from '../../support/ws-client.js';

const RESERVED = { type: 'server_error', message: 'Types beginning with "server_" are reserved.' };

/** Values that parsing and serializing would change. */
const AWKWARD = {
  'integers beyond 2^53': '9007199254740993123',
  'numbers no double holds': '[1e400,-1e400,1e-400,0.1000000000000000055511151231257827]',
  'U+0000': '"\\u0000"',
  'lone surrogates': '"\\ud800 \\uDFFF"',
  'escapes as they were written': '"\\/\\u0041\\u00e9é"',
  '200 levels of nesting': `${'['.repeat(100)}${'{"a":'.repeat(100)}1${'}'.repeat(100)}${']'.repeat(100)}`,
  'a string of 400 kB': `"${'x'.repeat(400_000)}"`,
  'members named __proto__': '{"__proto__":{"admin":true},"constructor":null,"a":1,"a":2}',
  emoji: '"🎪 👩‍👩‍👧 \u202e\u2028"',
  'minus zero': '-0',
};

describe('the services protocol', () => {
  let harness: ServicesHarness;
  let service: TestService;
  let host: WsClient;
  let client: WsClient;
  let user: string;

  beforeAll(async () => {
    harness = await ServicesHarness.start();
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    service = await harness.service({ allowPublicCode: true });
    ({ host } = await harness.host(service, true));
    ({ client, user } = await harness.client(service, host));
  });
  afterEach(() => harness.hangUp());

  it.each(Object.entries(AWKWARD))('passes on %s unchanged, both ways', async (_name, value) => {
    const text = `{"type":"x","value":${value}}`;
    host.send(text);
    expect(await client.nextText()).toBe(text);
    client.send(text);
    expect(await host.nextText()).toBe(`${text.slice(0, -1)},"user":"${user}"}`);
    host.send(`{"user":"${user}","value":${value}}`);
    expect(await client.nextText()).toBe(`{"user":"${user}","value":${value}}`);
  });

  it.each(Object.entries(AWKWARD))('publishes %s over REST unchanged', async (_name, value) => {
    const text = `{"type":"x","value":${value}}`;
    const { status, body } = await harness.api('POST', `services/${service.id}/messages`, `{ "message" : ${text} }`);
    expect({ status, body }).toEqual({ status: 202, body: { delivered: 2 } });
    expect(await client.nextText()).toBe(text);
    expect(await host.nextText()).toBe(text);
  });

  it('overwrites a forged sender, in whatever spelling', async () => {
    client.send('{"user":"a","x":{"user":"inner"},"\\u0075ser":{"b":1}}');
    expect(await host.nextText()).toBe(`{"user":"${user}","x":{"user":"inner"},"user":"${user}"}`);
    client.send('{}');
    await host.expectNext({ user });
  });

  it('quotes an impossible receiver as it was written, however deep or large, and keeps the host', async () => {
    const deep = `${'['.repeat(100_000)}1${']'.repeat(100_000)}`;
    for (const [value, quoted] of [
      ['1e400', '1e400'],
      ['[ 1.0 ]', '[ 1.0 ]'],
      [deep, `${'['.repeat(100)}…`],
    ]) {
      host.send(`{"user":${value}}`);
      await host.expectNext({ type: 'server_error', message: `User ${quoted} not found` });
    }
    host.send({ type: 'fine' });
    await client.expectNext({ type: 'fine' });
  });

  it('keeps a `user` that the host sets in a message to all', async () => {
    await harness.api('PATCH', `services/${service.id}`, { targeting: false });
    host.send('{"type":"x","user":"me"}');
    expect(await client.nextText()).toBe('{"type":"x","user":"me"}');
  });

  it.each([
    '{"type":"server_join","role":"host"}',
    '{"type":"server_"}',
    '{"type":"\\u0073erver_error"}',
    '{"\\u0074ype":"server\\u005fx"}',
    '{"type":"server_x","type":"fine"}',
    '{"type":"fine","type":"server_x"}',
  ])('refuses %s from a client, and keeps it', async (text) => {
    client.send(text);
    await client.expectNext(RESERVED);
    client.send({ type: 'fine' });
    await host.expectNext({ type: 'fine', user });
  });

  it.each(['{"type":"Server_x"}', '{"type":" server_x"}', '{"type":["server_x"]}', '{"data":{"type":"server_x"}}'])(
    'lets %s from a client pass',
    async (text) => {
      client.send(text);
      expect(await host.nextText()).toBe(`${text.slice(0, -1)},"user":"${user}"}`);
    },
  );

  it('lets the host send any type', async () => {
    host.send({ type: 'server_join', role: 'ghost' });
    await client.expectNext({ type: 'server_join', role: 'ghost' });
    expect(takeUnknown()).toHaveLength(1);
  });

  it('drops messages that contain a token of the service in any spelling that logs in, from anybody', async () => {
    for (const token of [service.hostToken, service.clientToken]) {
      const bare = token.replaceAll('-', '');
      const escaped = Array.from(token, (c) => `\\u${c.charCodeAt(0).toString(16).padStart(4, '0')}`).join('');
      const spellings = [token, token.toUpperCase(), bare, `{${token}}`, `urn:uuid:${token}`, `-${bare}-`, escaped];
      for (const spelling of spellings) {
        for (const text of [
          `{"token":"${spelling}"}`,
          `{"a":1,"t\\u006fken":"${spelling}","type":"x"}`,
          `{"token":"${spelling}","token":"other"}`,
        ]) {
          host.send(text);
          client.send(text);
        }
      }
    }
    host.send({ marker: 1 });
    await client.expectNext({ marker: 1 });
    client.send({ marker: 2 });
    await host.expectNext({ marker: 2, user });
  });

  it('passes on tokens of other services', async () => {
    const other = await harness.service();
    for (const token of [other.hostToken, 'ABCD', 5, null, { a: 1 }]) {
      host.send({ token });
      await client.expectNext({ token });
    }
  });

  it('logs in with every spelling that Python accepts for the UUID', async () => {
    const bare = service.clientToken.replaceAll('-', '');
    for (const token of [bare.toUpperCase(), `{${bare}}`, `urn:uuid:${service.clientToken}`, `-${bare}--`]) {
      const socket = await harness.connect();
      socket.send({ token, other: [1] });
      expect(await socket.next()).toMatchObject({ message: 'Authorized as client' });
    }
    const socket = await harness.connect();
    socket.send({ token: `URN:UUID:${service.clientToken}` });
    await socket.expectNext(INVALID);
  });

  it('closes a sender of more than a frame may hold, and tells the host', async () => {
    client.send(`{"a":"${'x'.repeat(1_048_576)}"}`);
    expect(await client.closeCode()).toBe(1009);
    await host.expectNext({ type: 'server_leave', role: 'client', user });
    const stranger = await harness.connect();
    stranger.send(`{"token":"${'x'.repeat(20_000)}"}`);
    expect(await stranger.closeCode()).toBe(1009);
  });
});
