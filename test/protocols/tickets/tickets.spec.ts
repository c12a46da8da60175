import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN_ENV, type Api, type ApiCall, apiOf, newUser, type Session, signIn, ADMIN } from '../../support/api.js';
import { type RunningApp, startApp } from '../../support/app.js';
import { CirclesClient } from '../../support/circles.js';
import { SignalingClient } from '../../support/signaling.js';
import { WsClient } from '../../support/ws-client.js';

describe('tickets', () => {
  let server: RunningApp;
  let api: Api;
  let admin: Session;
  const ends: (() => unknown)[] = [];

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0', SIGNALING_ACCESS: 'token', IOTA_ACCESS: 'token' });
    api = apiOf(server);
    admin = await signIn(api, ADMIN.email, ADMIN.password);
  });
  afterEach(() => {
    for (const end of ends.splice(0)) end();
  });
  afterAll(() => server.close());

  const ticketOf = async (call: ApiCall): Promise<string> => {
    const { status, body } = await api('POST', 'tickets', { body: {}, ...call });
    expect([status, body.code, body.expiresIn]).toEqual([201, undefined, 30]);
    return body.ticket as string;
  };
  const made = async (path: string, body: object, token = admin.accessToken) => {
    const answer = await api('POST', path, { token, body });
    expect([path, answer.status]).toEqual([path, 201]);
    return answer.body;
  };
  const circles = async (ticket: unknown): Promise<CirclesClient> => {
    const client = await CirclesClient.open(server.url, '4.x', { auth: { ticket } });
    ends.push(() => {
      client.socket.close();
    });
    return client;
  };
  const lobby = async (ticket: unknown): Promise<SignalingClient> => {
    const client = await SignalingClient.open(server.url, '4.x', { auth: { ticket } });
    ends.push(() => {
      client.close();
    });
    return client;
  };
  const iota = async (ticket: string): Promise<WsClient> => {
    const client = await WsClient.open(`${server.wsUrl}/ws/iota/`, {}, ['switchboard.v1', `bearer.${ticket}`]);
    ends.push(() => client.close());
    return client;
  };
  const gone = (client: SignalingClient) => expect.poll(() => client.socket.connected).toBe(false);

  it('admit people and devices to circles, once', async () => {
    const { accessToken } = await newUser(api);
    const ticket = await ticketOf({ token: accessToken });
    await (await circles(ticket)).expectNext('success', 'User authenticated');
    await (await circles(ticket)).expectNext('error', 'User not found');
    const circle = await made('circles', { name: 'Home' }, accessToken);
    const { username, password } = await made(`circles/${circle.id}/devices`, { name: 'Box' }, accessToken);
    const device = await api('POST', 'auth/device-login', { body: { username, password } });
    const other = await ticketOf({ token: device.body.accessToken as string });
    await (await circles(other)).expectNext('success', 'User authenticated');
  });

  it('admit exactly one of many simultaneous users, on any nodes', async () => {
    const ticket = await ticketOf({ token: (await newUser(api)).accessToken });
    const all = await Promise.all(Array.from({ length: 6 }, () => circles(ticket)));
    const answers = await Promise.all(all.map((client) => client.next()));
    expect(answers.filter(([event]) => event === 'success')).toHaveLength(1);
    expect(answers.filter(([event]) => event === 'error')).toHaveLength(5);
  });

  it('end with the login that requested them, used or not', async () => {
    const { accessToken } = await newUser(api);
    const client = await circles(await ticketOf({ token: accessToken }));
    await client.expectNext('success', 'User authenticated');
    const late = await ticketOf({ token: accessToken });
    expect((await api('POST', 'auth/logout', { token: accessToken })).status).toBe(204);
    expect(await client.untilDisconnected()).toBe('io server disconnect');
    await (await circles(late)).expectNext('error', 'User not found');
  });

  it('end with the account', async () => {
    const { accessToken, user } = await newUser(api);
    const client = await circles(await ticketOf({ token: accessToken }));
    await client.expectNext('success', 'User authenticated');
    await api('PATCH', `accounts/${user.id}`, { token: admin.accessToken, body: { disabled: true } });
    expect(await client.untilDisconnected()).toBe('io server disconnect');
  });

  it('admit holders of a lobby token to the lobby', async () => {
    const { id, token } = await made('lobby/tokens', {});
    const ticket = await ticketOf({ token });
    const inside = await lobby(ticket);
    inside.emit('connections');
    expect((await inside.next())[0]).toBe('connections');
    const outside = await lobby(ticket);
    outside.emit('connections');
    expect((await outside.next())[0]).toBe('error');
    await api('DELETE', `lobby/tokens/${id}`, { token: admin.accessToken });
    await gone(inside);
  });

  it('admit Iotas as long as their token is valid', async () => {
    const { iotaId, token } = await made('omikron/iotas', { name: 'Home' });
    const ticket = await ticketOf({ token });
    const socket = await iota(ticket);
    expect(socket.socket.protocol).toBe('switchboard.v1');
    socket.send({ id: randomUUID(), type: 'identification', data: { iota_id: iotaId, user_ids: '' } });
    expect((await socket.next()).type).toBe('identification_response');
    await expect(iota(ticket)).rejects.toThrow('401');
    expect((await api('POST', `omikron/iotas/${iotaId}/token`, { token: admin.accessToken })).status).toBe(200);
    expect(await socket.closeCode()).toBe(1008);
    expect((await api('GET', 'ice-servers', { token })).status).toBe(401);
  });

  it('are used up only where their kind is accepted', async () => {
    const { token } = await made('lobby/tokens', {});
    const { accessToken } = await newUser(api);
    const [forLobby, forCircles] = [await ticketOf({ token }), await ticketOf({ token: accessToken })];
    await expect(iota(forCircles)).rejects.toThrow('401');
    await (await circles(forCircles)).expectNext('success', 'User authenticated');
    const peer = await lobby(forLobby);
    peer.emit('connections');
    expect((await peer.next())[0]).toBe('connections');
  });

  it('are for holders of a credential that sockets know', async () => {
    const key = await made('machine-keys', { name: 'k', scopes: ['*:read', '*:write'] });
    const status = async (call: ApiCall) => (await api('POST', 'tickets', { body: {}, ...call })).status;
    expect(await status({})).toBe(401);
    expect(await status({ token: 'nope' })).toBe(401);
    expect(await status({ token: `x${'y'.repeat(42)}` })).toBe(401);
    expect(await status({ token: key.key as string })).toBe(403);
    expect(await status({ headers: { 'api-key': 'sb_nope' } })).toBe(401);
  });

  it('take identity and rooms only from applications', async () => {
    const { apiKey } = await made('applications', { name: `Tickets ${randomUUID()}` });
    const headers = { 'api-key': apiKey as string };
    await ticketOf({ headers });
    await ticketOf({ headers, body: { identity: 'Zoë', rooms: { lobby: 'read', 'team-*': 'readwrite' } } });
    for (const body of [
      { identity: 'x'.repeat(101) },
      { identity: 5 },
      { identity: null },
      { rooms: {} },
      { rooms: [] },
      { rooms: { 'a b': 'read' } },
      { rooms: { a: 'all' } },
      { other: 1 },
    ]) {
      expect([body, (await api('POST', 'tickets', { headers, body })).status]).toEqual([body, 422]);
    }
    const own = { token: admin.accessToken, body: { identity: 'me' } };
    expect((await api('POST', 'tickets', own)).body).toMatchObject({ code: 'invalid_input' });
  });
});
