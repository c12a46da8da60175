import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { ADMIN, type ApiCall, apiOf, signIn } from './api.js';
import { newKey, tokenBy } from './customer-tokens.js';
import { type CirclesClient, CirclesHarness, type Received } from './circles.js';
import { OmikronHarness } from './omikron.js';
import { RoomsHarness } from './rooms.js';
import { ServicesHarness } from './services.js';
import { SignalingClient } from './signaling.js';
import { type WsClient } from './ws-client.js';

/**
 * A node is ready a moment before its connection to Redis is back, and until then cannot tell whether a ticket is good.
 */
const UNDECIDED_MS = 2_000;

/** A connected client whose access will be taken away. */
export interface Connected {
  readonly what: string;
  /** The end that the client saw. */
  readonly end: Promise<unknown>;
  /** The end that it should have seen. */
  readonly expected: unknown;
}

/** Clients connected to one node, and the actions, performed on another, that end their connections. */
export interface Scene {
  readonly connected: readonly Connected[];
  readonly acts: readonly (() => Promise<unknown>)[];
  /** Presents the removed credentials again, at the node that all were connected to. @returns the status of each */
  readonly comeBack: () => Promise<Record<string, number>>;
  hangUp(): Promise<void>;
}

interface Server {
  readonly url: string;
  readonly wsUrl: string;
}

const closed = async ({ socket }: WsClient): Promise<unknown> => (await once(socket, 'close'))[0];

/** The last frame and the close code. */
async function kicked(client: WsClient): Promise<unknown> {
  let last: unknown;
  client.socket.on('message', (data: Buffer) => (last = JSON.parse(data.toString())));
  const code = await closed(client);
  return [last, code];
}

const disconnected = ({ socket }: Pick<CirclesClient | SignalingClient, 'socket'>): Promise<unknown> =>
  new Promise((resolve) => {
    socket.on('disconnect', (reason) => {
      resolve(reason);
    });
  });

/** The next event of `channel`, without the parts that only its sender knows. */
const told = ({ socket }: CirclesClient, channel: 'circle' | 'conversation'): Promise<unknown> =>
  new Promise((resolve) => {
    socket.on(channel, (payload) => {
      resolve((payload as Received[1]).event);
    });
  });

const STAYS_AWAY = 'io server disconnect';

/** One client for everything that can be taken away: all connect to `at`, and all actions happen at `from`. */
export async function sceneOfAll(at: Server, from: Server): Promise<Scene> {
  const connected: Connected[] = [];
  const acts: (() => Promise<unknown>)[] = [];
  const expect = (what: string, expected: unknown, end: Promise<unknown>): void => {
    connected.push({ what, end, expected });
  };
  const api = apiOf(from);
  const shown: (readonly [what: string, status: () => Promise<number>])[] = [];
  const again = (what: string, path: string, auth: ApiCall, method = 'GET'): void => {
    shown.push([
      what,
      async () => {
        const giveUp = Date.now() + UNDECIDED_MS;
        for (;;) {
          const { status } = await apiOf(at)(method, path, auth);
          if (status !== 503 || Date.now() > giveUp) return status;
          await sleep(50);
        }
      },
    ]);
  };
  const { accessToken: token } = await signIn(api, ADMIN.email, ADMIN.password);
  /** Acts as the admin, or with other credentials. */
  const act = (method: string, path: string, body?: unknown, auth: object = { token }): void => {
    acts.push(async () => {
      const { status } = await api(method, path, { ...auth, ...(body !== undefined && { body }) });
      if (status >= 300) throw new Error(`${method} ${path} answered ${status}`);
    });
  };

  const rooms = await RoomsHarness.on(at);
  const streams = new AbortController();
  const application = await rooms.application();
  const as = { headers: { 'api-key': application.apiKey } };
  for (const name of ['r1', 'r2']) await rooms.room(application, name, { durable: name === 'r1' });
  for (const permissions of ['readwrite', 'write'] as const) {
    const endpoint = await rooms.endpoint(application, 'r1', permissions);
    expect(`${permissions} endpoint`, 1008, closed(await rooms.connect(endpoint)));
    act('DELETE', `rooms/r1/endpoints/${endpoint.code}`, undefined, as);
  }
  const read = await rooms.endpoint(application, 'r1', 'read');
  const stream = await fetch(`${at.url}/sse/endpoint/${read.code}/`, { signal: streams.signal });
  expect(
    'endpoint of a stream',
    'ended',
    stream.text().then(() => 'ended'),
  );
  act('DELETE', `rooms/r1/endpoints/${read.code}`, undefined, as);
  again('endpoint', `/sse/endpoint/${read.code}/`, {});
  expect('room', 1008, closed(await rooms.member(application, 'r2')));
  act('DELETE', 'rooms/r2', undefined, as);
  const signer = newKey('EdDSA');
  const issuer = `taken-away-${randomUUID()}`;
  const issuerId = await rooms.issuer(application, issuer, signer);
  const signed = await tokenBy(signer, { iss: issuer });
  expect('customer by token', 1008, closed(await rooms.named('r1', signed)));
  expect('customer in a room', 1008, closed(await rooms.named('r2', await rooms.ticket(application))));
  act('DELETE', `applications/${application.id}/token-issuers/${issuerId}`);
  again('issuer', '/sse/room/r1/', { token: signed });
  const second = await rooms.admin('POST', `applications/${application.id}/keys`);
  const apiKey = second.body.apiKey as string;
  const ticket = await rooms.ticket({ apiKey });
  again('ticket', `/sse/room/r1/?ticket=${await rooms.ticket({ apiKey })}`, {});
  again('API key', 'rooms', { headers: { 'api-key': apiKey } });
  expect('customer by ticket', 1008, closed(await rooms.named('r1', ticket)));
  act('DELETE', `applications/${application.id}/keys/${String(second.body.id)}`);
  const removed = await rooms.application();
  await rooms.room(removed, 'r');
  expect('application', 1008, closed(await rooms.member(removed, 'r')));
  act('DELETE', `applications/${removed.id}`);

  const services = await ServicesHarness.on(at);
  const end = (message: string) => [{ type: 'server_disconnect', message }, 4000];
  const rotated = await services.service({ allowPublicCode: true, hostGraceSeconds: 30 });
  const { host, code } = await services.host(rotated, true);
  const { guest } = await services.guest(code, host);
  expect('host token', end('Token rotated'), kicked(host));
  expect('host token of the host of a guest', end('Token rotated'), kicked(guest));
  act('POST', `services/${rotated.id}/tokens/rotate`, { role: 'host' });
  const other = await services.service();
  expect('client token', end('Token rotated'), kicked((await services.client(other)).client));
  act('POST', `services/${other.id}/tokens/rotate`, { role: 'client' });
  const gone = await services.service();
  expect('service, for its host', end('Service deleted'), kicked((await services.host(gone)).host));
  expect('service', end('Service deleted'), kicked((await services.client(gone)).client));
  act('DELETE', `services/${gone.id}`);

  const circles = CirclesHarness.at(at.url);
  const { u1, u2, d, circle, conversation } = await circles.world();
  const admin = { token: u1.token };
  const [disabled, deleted, out] = [await circles.person(), await circles.person(), await circles.person()];
  expect('login', STAYS_AWAY, disconnected(await circles.socket(out)));
  act('POST', 'auth/logout', undefined, { token: out.token });
  expect('disabled account', STAYS_AWAY, disconnected(await circles.socket(disabled)));
  act('PATCH', `accounts/${disabled.id}`, { disabled: true });
  expect('deleted account', STAYS_AWAY, disconnected(await circles.socket(deleted)));
  act('DELETE', `accounts/${deleted.id}`);
  for (const [what, who] of Object.entries({ login: out, 'disabled account': disabled, 'deleted account': deleted }))
    again(what, 'auth/me', { token: who.token });
  const { body: program } = await api('POST', 'machine-keys', { token, body: { name: 'away', scopes: ['*:read'] } });
  act('DELETE', `machine-keys/${String(program.id)}`);
  again('machine key', 'services', { token: program.key as string });
  const box = await circles.device(u1, circle);
  expect('device', STAYS_AWAY, disconnected(await circles.socket(box)));
  act('DELETE', `devices/${box.id}`, undefined, admin);
  const inRoom = async (who: { token: string }, id: number): Promise<CirclesClient> =>
    (await circles.socket(who)).joinConversation(id);
  const stays = await circles.person();
  await circles.join(u1, circle, stays);
  const [kick, remove, quiet] = [
    await circles.conversation(u1, circle, [stays]),
    await circles.conversation(u1, circle, [stays]),
    await circles.conversation(u1, circle, []),
  ];
  expect('participant', 'kick', told(await inRoom(stays, kick), 'conversation'));
  act('DELETE', `conversations/${kick}/members/${stays.id}`, undefined, admin);
  expect('conversation', 'delete', told(await inRoom(stays, remove), 'conversation'));
  act('DELETE', `conversations/${remove}`, undefined, admin);
  expect('device access', 'device', told(await inRoom(d, quiet), 'conversation'));
  act('PATCH', `conversations/${quiet}`, { deviceAccess: false }, admin);
  const member = await inRoom(u2, conversation);
  await member.joinCircle(circle);
  expect('member', 'kick', told(member, 'circle'));
  act('DELETE', `circles/${circle}/members/${u2.id}`, undefined, admin);

  const lobby: SignalingClient[] = [];
  const peer = async (who: { token: string }): Promise<number> => {
    const { body } = await api('POST', 'lobby/tokens', { token: who.token, body: {} });
    lobby.push(await SignalingClient.open(at.url, '4.x', { auth: { lobby: body.token } }));
    return body.id as number;
  };
  const tokenId = await peer({ token });
  await peer(disabled);
  await peer(deleted);
  const [byToken, ofDisabled, ofDeleted] = lobby as [SignalingClient, SignalingClient, SignalingClient];
  expect('lobby token', STAYS_AWAY, disconnected(byToken));
  expect('lobby token of a disabled account', STAYS_AWAY, disconnected(ofDisabled));
  expect('lobby token of a deleted account', STAYS_AWAY, disconnected(ofDeleted));
  act('DELETE', `lobby/tokens/${tokenId}`);

  const omikron = await OmikronHarness.on(at);
  const [home, lost, renewed] = [await omikron.iota(2), await omikron.iota(1), await omikron.iota(1)];
  await omikron.iotaSocket(home);
  const [stranger] = home.users;
  if (stranger) {
    expect('profile', 1008, closed(await omikron.client(stranger)));
    act('DELETE', `omikron/iotas/${home.id}/profiles/${stranger.id}`);
  }
  expect('Iota', 1008, closed(await omikron.iotaSocket(lost)));
  for (const user of lost.users) expect('Iota of a client', 1008, closed(await omikron.client(user)));
  act('DELETE', `omikron/iotas/${lost.id}`);
  const bearer = { headers: { authorization: `Bearer ${renewed.token}` } };
  expect('Iota token', 1008, closed(await omikron.iotaSocket(renewed, bearer)));
  act('POST', `omikron/iotas/${renewed.id}/token`);

  return {
    connected,
    acts,
    comeBack: async () =>
      Object.fromEntries(await Promise.all(shown.map(async ([what, status]) => [what, await status()] as const))),
    hangUp: async () => {
      streams.abort();
      for (const { end: ending } of connected) ending.catch(() => undefined);
      await Promise.all([rooms.hangUp(), services.hangUp(), omikron.hangUp()]);
      circles.hangUp();
      for (const client of lobby) client.close();
    },
  };
}
