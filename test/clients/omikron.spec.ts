import { Iota, OmikronCall, OmikronClient, type SocketEnd } from '@switchboard/client';
import { createHash, randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { WebSocketServer } from 'ws';
import { OmikronHarness, type TestIota, type TestUser } from '../support/omikron.js';
import { TcpProxy } from '../support/tcp-proxy.js';

const RETRY = { firstMs: 20, longestMs: 200 };
const PATIENCE = { timeout: 20_000, interval: 20 };

const sockets: { close(): void }[] = [];

/** A client with a record of its events; it is closed after the test. */
function keep<S extends Iota | OmikronClient | OmikronCall>(socket: S, names: string[] = []) {
  sockets.push(socket);
  const heard: (readonly [name: string, event: unknown])[] = [];
  const ends: SocketEnd[] = [];
  let opens = 0;
  const listen = (name: string, listener: (event: never) => unknown): unknown =>
    Reflect.apply(socket.on, socket, [name, listener]);
  listen('closed', (end) => ends.push(end));
  listen('open', () => opens++);
  for (const name of names) listen(name, (event) => heard.push([name, event]));
  const opened = (count = 1) =>
    vi.waitFor(() => {
      expect(opens).toBeGreaterThanOrEqual(count);
    }, PATIENCE);
  const hears = (name: string, event: unknown) =>
    vi.waitFor(() => {
      expect(heard).toContainEqual([name, event]);
    }, PATIENCE);
  return { socket, heard, ends, opened, hears };
}

const iotaOf = (url: string, { id, token, users }: TestIota, more: object = {}) =>
  keep(new Iota({ url, iotaId: id, token, userIds: users.map((user) => user.id), ...RETRY, ...more }), [
    ...['open', 'message', 'clientConnected', 'error', 'pong'],
  ]);
const clientOf = (url: string, { id, hash }: TestUser, more: object = {}) =>
  keep(new OmikronClient({ url, userId: id, privateKeyHash: hash, ...RETRY, ...more }), [
    ...['message', 'states', 'called', 'refused', 'pong'],
  ]);
const callOf = (url: string, { id, hash }: TestUser, callId: string, more: object = {}) =>
  keep(new OmikronCall({ url, callId, userId: id, privateKeyHash: hash, ...RETRY, ...more }), [
    ...['open', 'joined', 'left', 'changed', 'stream', 'signal', 'error'],
  ]);

/** Answers every question with the question itself. */
const echoing = ({ socket }: ReturnType<typeof iotaOf>) =>
  socket.on('message', (message) => {
    socket.reply(message, { echo: message.data });
  });

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

describe('the clients of the Omikron', () => {
  let omikron: OmikronHarness;
  let home: TestIota;
  let A: TestUser;
  let B: TestUser;
  let cable: TcpProxy;
  let url: string;

  beforeAll(async () => {
    omikron = await OmikronHarness.start({ IOTA_ACCESS: 'token' });
    url = omikron.server.url;
    cable = await new TcpProxy(new URL(url)).open();
  });
  afterAll(async () => {
    await cable.cut();
    await omikron.close();
  });
  const settle = async () => {
    home = await omikron.iota(2);
    [A, B] = home.users as [TestUser, TestUser];
    const iota = iotaOf(url, home);
    await iota.opened();
    return iota;
  };

  it('ask, answer and send to each other', async () => {
    const iota = await settle();
    expect(iota.heard[0]).toEqual(['open', { accepted: [A.id, B.id], denied: [] }]);
    echoing(iota);
    const app = clientOf(url, A);
    await app.opened();
    await iota.hears('clientConnected', { user_id: A.id });
    const answer = await app.socket.ask('get_chats', { k: 1 });
    expect(answer).toMatchObject({ type: 'get_chats', sender_id: home.id, data: { echo: { k: 1 } } });
    iota.socket.send({ type: 'update', receiver_id: A.id, data: { n: 2 } });
    await app.hears('message', expect.objectContaining({ type: 'update', data: { n: 2 } }));
    app.socket.send('confirm_read', { n: 2 });
    await iota.hears('message', expect.objectContaining({ type: 'confirm_read', sender_id: A.id }));
    const id = iota.socket.send({ type: 'send_chat', receiver_id: randomUUID(), sender_id: A.id, data: {} });
    await iota.hears('error', { id, type: 'error_no_iota', message: expect.any(String) });
  });

  it('send from Iota to Iota', async () => {
    const iota = await settle();
    const other = await omikron.iota(1);
    const there = iotaOf(url, other);
    await there.opened();
    const [C] = other.users as [TestUser];
    iota.socket.send({ type: 'message_other_iota', receiver_id: C.id, sender_id: A.id, data: { text: 'sealed' } });
    await there.hears('message', expect.objectContaining({ sender_id: A.id, data: { text: 'sealed' } }));
  });

  it('watch states and call each other', async () => {
    await settle();
    const [a, b] = [clientOf(url, A), clientOf(url, B)];
    await Promise.all([a.opened(), b.opened()]);
    expect(await a.socket.watch([B.id])).toEqual({ [B.id]: 'online' });
    b.socket.setState('away');
    await a.hears('states', { [B.id]: 'away' });
    const secret = 'of the call';
    const call = { call_id: randomUUID(), call_secret_sha: createHash('sha256').update(secret).digest('hex') };
    await a.socket.call({ receiver_id: B.id, call_secret: secret, ...call });
    await b.hears('called', expect.objectContaining({ call_id: call.call_id, sender_id: A.id, call_secret: secret }));
    expect(await b.socket.isLive(call)).toBe(false);
    const inCall = callOf(url, A, call.call_id, { callSecretSha: call.call_secret_sha });
    await inCall.opened();
    expect(await b.socket.isLive(call)).toBe(true);
    await expect(b.socket.call({ receiver_id: 'nobody', call_secret: secret, ...call })).rejects.toMatchObject({
      name: 'OmikronRefused',
      type: 'error',
    });
  });

  it('take part in calls', async () => {
    await settle();
    const call = randomUUID();
    const a = callOf(url, A, call);
    await a.opened();
    const b = callOf(url, B, call);
    await b.hears('open', {
      members: { [A.id]: { state: 'muted', streaming: false }, [B.id]: { state: 'muted', streaming: false } },
    });
    await a.hears('joined', expect.objectContaining({ user_id: B.id }));
    b.socket.setState({ call_state: 'deafed' });
    await a.hears('changed', expect.objectContaining({ user_id: B.id, call_state: 'deafed' }));
    b.socket.setStreaming(true);
    await a.hears('stream', { user_id: B.id, streaming: true });
    a.socket.signal('webrtc_sdp', B.id, { payload: 'sealed' });
    await b.hears('signal', {
      type: 'webrtc_sdp',
      data: expect.objectContaining({ payload: 'sealed', sender_id: A.id, receiver_id: B.id }),
    });
    a.socket.signal('webrtc_ice', randomUUID(), {});
    await a.hears('error', expect.objectContaining({ type: 'error_invalid_user_id' }));
    b.socket.close();
    await a.hears('left', { user_id: B.id });
  });

  it('reconnect by themselves and repeat their state', async () => {
    const iota = await settle();
    echoing(iota);
    const b = clientOf(url, B);
    await b.opened();
    const a = clientOf(cable.url, A);
    a.socket.setState('busy');
    await a.opened();
    await a.socket.watch([B.id]);
    const call = callOf(cable.url, A, randomUUID());
    call.socket.setState({ call_state: 'active' });
    await call.opened();
    const lost = a.socket.ask('message_get', {}).then(() => a.socket.ask('message_get', {}));
    await cable.cut();
    await expect(lost).rejects.toMatchObject({ name: expect.stringMatching(/^(Unconfirmed|NotConnected)$/) });
    b.socket.setState('away');
    await cable.open();
    await Promise.all([a.opened(2), call.opened(2)]);
    await a.hears('states', { [B.id]: 'away' });
    expect(await b.socket.watch([A.id])).toEqual({ [A.id]: 'busy' });
    expect(await a.socket.ask('get_chats', {})).toMatchObject({ data: { echo: {} } });
  });

  it('wait for their Iota, but not after a permanent refusal', async () => {
    const iota = await settle();
    iota.socket.close();
    const app = clientOf(url, A);
    await app.hears('refused', expect.objectContaining({ name: 'OmikronRefused', type: 'error_no_iota' }));
    const again = iotaOf(url, home);
    await Promise.all([again.opened(), app.opened()]);
    const impostor = clientOf(url, { id: A.id, hash: B.hash });
    await vi.waitFor(() => {
      expect(impostor.ends).toEqual([{ code: 1008, reason: 'Wrong private key' }]);
    }, PATIENCE);
    const replaced = iotaOf(url, home);
    await replaced.opened();
    await vi.waitFor(() => {
      expect(again.ends).toMatchObject([{ code: 1008 }]);
    }, PATIENCE);
  });

  it('end if a listener closes them on a refusal', async () => {
    const iota = await settle();
    iota.socket.close();
    const { socket } = clientOf(url, A);
    const told: string[] = [];
    socket.on('reconnecting', () => told.push('reconnecting'));
    socket.on('closed', () => told.push('closed'));
    await new Promise<void>((resolve) => {
      socket.on('refused', () => {
        socket.close();
        // Even if more follows in the same turn.
        setImmediate(resolve);
      });
    });
    expect(told).toEqual(['closed']);
  });

  it('report the latency', async () => {
    const home2 = await omikron.iota(1);
    const iota = iotaOf(url, home2, { pingMs: 30 });
    await iota.opened();
    const app = clientOf(url, home2.users[0] as TestUser, { pingMs: 30 });
    await app.hears('pong', {
      latencyMs: expect.any(Number),
      data: expect.objectContaining({ last_ping: expect.any(Number) }),
    });
    await iota.hears(
      'pong',
      expect.objectContaining({ data: expect.objectContaining({ user_ping: expect.any(Object) }) }),
    );
  });
});

describe('the clients of an Omikron that', () => {
  const servers: WebSocketServer[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });

  /** Sends each of `frames` once the identification is answered. */
  async function server(...frames: unknown[]) {
    const wss = new WebSocketServer({ port: 0, host: '127.0.0.1' });
    servers.push(wss);
    let connections = 0;
    wss.on('connection', (socket) => {
      connections++;
      socket.on('message', (data: Buffer) => {
        const { id, type } = JSON.parse(data.toString()) as { id: string; type: string };
        if (type !== 'identification') return;
        for (const frame of [{ id, type: 'identification_response', data: {} }, ...frames]) {
          socket.send(typeof frame === 'string' ? frame : JSON.stringify(frame));
        }
      });
    });
    await new Promise((resolve) => wss.once('listening', resolve));
    return { url: `http://127.0.0.1:${(wss.address() as { port: number }).port}`, connections: () => connections };
  }
  const user = { id: 'u', hash: 'h' };
  const home = { id: 'i', token: 't', users: [user] };
  const types = [
    'client_connected',
    'client_changed',
    'client_closed',
    'new_call',
    'start_stream',
    'webrtc_sdp',
    'error',
  ];
  const garbage = types.flatMap((type) => [
    ...[{ type }, { type, data: null }, { type, data: 7 }, { type, data: [] }, { type, id: {}, log: 7, data: {} }],
  ]);

  it('sends strange envelopes does no harm', async () => {
    const strange = [{}, { type: 7 }, { type: null, data: {} }, ...garbage];
    const { url, connections } = await server(...strange, { type: 'news', data: { last: true } });
    for (const { hears } of [iotaOf(url, home), clientOf(url, user)]) {
      await hears('message', expect.objectContaining({ type: 'news', data: { last: true } }));
    }
    const call = keep(callOf(url, user, 'c').socket, ['message']);
    await call.hears('message', expect.objectContaining({ type: 'news' }));
    expect(connections()).toBe(3);
  });

  it('sends garbage, or falls silent, is given up for another connection', async () => {
    const bad = await server('<html>');
    const app = clientOf(bad.url, user);
    await app.opened(2);
    const silent = await server();
    const waiting = clientOf(silent.url, user, { pingMs: 20, answerMs: 50 });
    await waiting.opened(2);
    await expect(waiting.socket.ask('get_chats', {})).rejects.toMatchObject({ name: 'Unconfirmed' });
  });
});
