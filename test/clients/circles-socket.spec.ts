import { Switchboard } from '@switchboard/client';
import {
  CirclesSocket,
  type CirclesSocketEvents,
  type CirclesSocketOptions,
  type NewMessage,
} from '@switchboard/client/circles';
import { Server } from 'socket.io';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { CirclesHarness, type Person, type World } from '../support/circles.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { freePort } from './restarted-server.js';

const RETRY = { firstMs: 20, longestMs: 200 };
const PATIENCE = { timeout: 20_000, interval: 20 };

const sockets: CirclesSocket[] = [];

/** A socket with a record of its events; it is closed after the test. */
function follow(url: string, token: CirclesSocketOptions['token'], options: Partial<CirclesSocketOptions> = {}) {
  const socket = new CirclesSocket({ url, token, ...RETRY, ...options });
  sockets.push(socket);
  const heard: NewMessage[] = [];
  const recoveries: unknown[] = [];
  const ends: unknown[] = [];
  socket.on('message', (message) => heard.push(message));
  socket.on('recovered', (answer) => recoveries.push(answer));
  socket.on('closed', (end) => ends.push(end));
  const opened = new Promise<void>((resolve) => socket.on('open', resolve));
  return { socket, heard, recoveries, ends, opened, texts: () => heard.map(({ message }) => message.content) };
}

/** The next of an event. */
const next = (socket: CirclesSocket, name: keyof CirclesSocketEvents) =>
  new Promise<unknown>((resolve) => socket.on(name, resolve));

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

describe('CirclesSocket', () => {
  let circles: CirclesHarness;
  let world: World;
  let cable: TcpProxy;
  let url: string;

  beforeAll(async () => {
    circles = await CirclesHarness.start();
    url = circles.server.url;
    world = await circles.world();
    cable = await new TcpProxy(new URL(url)).open();
  });
  afterAll(async () => {
    await cable.cut();
    await circles.close();
  });

  const say = (who: Person, conversation: number, text: string): Promise<{ id: number }> =>
    circles.api(who, 'POST', `conversations/${conversation}/messages`, { text });
  const conversation = () => circles.conversation(world.u1, world.circle, [world.u2]);

  it('sends and hears messages, typing notices, read marks and changes', async () => {
    const id = await conversation();
    const [ada, ben] = [follow(url, world.u1.token), follow(url, world.u2.token)];
    await Promise.all([ada.socket.joinConversation(id), ben.socket.joinConversation(id)]);
    const typing = next(ben.socket, 'writing');
    expect(ada.socket.writing(id, true)).toBe(true);
    expect(await typing).toMatchObject({ conversation_id: id, user: world.u1.email, is_writing: true });
    const { message_id } = await ada.socket.send(id, { text: 'hi' });
    await vi.waitFor(() => {
      expect(ben.heard).toMatchObject([{ message: { id: message_id, content: 'hi' }, status: 'done' }]);
    }, PATIENCE);
    const read = next(ada.socket, 'conversation');
    await ben.socket.markRead(id, message_id);
    expect(await read).toMatchObject({ event: 'read', user: world.u2.email, message_id });
    const changed = next(ben.socket, 'messageChanged');
    await circles.api(world.u1, 'PATCH', `messages/${message_id}`, { text: 'hello' });
    expect(await changed).toEqual({ conversation_id: id, message_id, event: 'update' });
    const forwarded = next(ben.socket, 'forwarded');
    await ada.socket.forward({ user_id: world.u2.id }, { message: 'CALLING' });
    expect(await forwarded).toMatchObject({ sender_id: world.u1.id, content: { message: 'CALLING' } });
    expect(ada.socket.pending).toBe(0);
    expect(ada.socket.bufferedAmount).toBe(0);
  });

  it('announces files, and reports when they have arrived', async () => {
    const id = await conversation();
    const { socket, heard } = follow(url, world.u1.token);
    await socket.joinConversation(id);
    const announced = next(socket, 'filesAnnounced') as Promise<{ media_list: { id: number }[]; message_id: number }>;
    const uploaded = next(socket, 'fileUploaded');
    const sent = await socket.send(id, { text: 'look', files: ['a.txt'] });
    const { media_list, message_id } = await announced;
    expect(message_id).toBe(sent.message_id);
    const body = new FormData();
    body.append('file', new Blob(['abc']), 'a.txt');
    const headers = { authorization: `Bearer ${world.u1.token}` };
    await fetch(`${url}/api/v1/media/${media_list[0]?.id}/content`, { method: 'PUT', headers, body });
    expect(await uploaded).toMatchObject({ media: { id: media_list[0]?.id, uploaded: 'True' } });
    expect(heard).toMatchObject([{ status: 'pending' }]);
  });

  it('hears about circles: invitations always, changes once joined', async () => {
    const invited = follow(url, world.u3.token);
    const { socket } = follow(url, world.u1.token);
    await Promise.all([invited.opened, socket.joinCircle(world.circle)]);
    const invitation = next(invited.socket, 'circleInvited');
    const changed = next(socket, 'circle');
    const { id } = await circles.api(world.u1, 'POST', `circles/${world.circle}/invites`, { email: world.u3.email });
    expect(await invitation).toMatchObject({ circle_id: world.circle, circle_invite_id: id });
    await circles.api(world.u1, 'PATCH', `circles/${world.circle}`, { name: 'Friends' });
    expect(await changed).toEqual({ event: 'update', circle_id: world.circle });
  });

  it('recovers what it missed while the cable was cut, and sends what it could not send before', async () => {
    const id = await conversation();
    const first = await say(world.u2, id, 'first');
    const { socket, texts, recoveries } = follow(cable.url, world.u1.token);
    await socket.joinConversation(id, first.id);
    await cable.cut();
    const waiting = socket.send(id, { text: 'from the dark' });
    await say(world.u2, id, 'missed');
    await cable.open();
    await waiting;
    await vi.waitFor(() => {
      expect(texts()).toEqual(['missed', 'from the dark']);
    }, PATIENCE);
    expect(recoveries).toMatchObject([
      { conversation_id: id, recovered: true, count: 0 },
      { recovered: true, count: 1 },
    ]);
  });

  it('says that something may be lost if it does not know its position', async () => {
    const id = await conversation();
    const { socket, recoveries } = follow(cable.url, world.u1.token);
    await socket.joinConversation(id);
    await cable.cut();
    await cable.open();
    await vi.waitFor(() => {
      expect(recoveries).toMatchObject([{ conversation_id: id, recovered: false }]);
    }, PATIENCE);
  });

  it('is told what it may not do, and when it is no longer admitted', async () => {
    const id = await conversation();
    const stranger = follow(url, world.u3.token);
    const refused = { name: 'MessageRefused', code: 'forbidden' };
    await expect(stranger.socket.joinConversation(id)).rejects.toMatchObject(refused);
    await expect(stranger.socket.send(id, { text: 'hi' })).rejects.toMatchObject({ name: 'MessageRefused' });
    await expect(stranger.socket.markRead(id, 1)).rejects.toMatchObject({ name: 'MessageRefused' });
    await expect(stranger.socket.send(id, { text: 'x'.repeat(9000) })).rejects.toMatchObject({ code: 'invalid_input' });
    const { socket } = follow(cable.url, world.u2.token);
    await socket.joinConversation(id);
    const out = next(socket, 'shutOut');
    await cable.cut();
    await circles.api(world.u1, 'DELETE', `conversations/${id}/members/${world.u2.id}`);
    await cable.open();
    expect(await out).toMatchObject({ kind: 'conversation', id, code: 'forbidden' });
  });

  it('asks for another token if its own is refused, and ends if there is none', async () => {
    const sdk = new Switchboard({
      url,
      tokens: { accessToken: 'stale', refreshToken: 'x'.repeat(43), expiresIn: 900 },
    });
    await expect(sdk.accounts.getMe()).rejects.toMatchObject({ status: 401 });
    const asked: (string | undefined)[] = [];
    const { opened } = follow(url, (refused) => {
      asked.push(refused);
      return refused === undefined ? 'stale' : world.u1.token;
    });
    await opened;
    expect(asked).toEqual([undefined, 'stale']);
    for (const token of ['stale', () => 'stale', () => undefined]) {
      const { socket, ends } = follow(url, token);
      const waiting = socket.send(1, { text: 'never' });
      await expect(waiting).rejects.toMatchObject({ name: 'NotConnected' });
      expect(ends).toMatchObject([{ code: 1008 }]);
    }
  });

  it('ends with its login', async () => {
    const person = await circles.person();
    const { opened, ends } = follow(url, person.token);
    await opened;
    await circles.api(person, 'POST', 'auth/logout');
    await vi.waitFor(() => {
      expect(ends).toEqual([{ code: 1008, reason: 'io server disconnect' }]);
    }, PATIENCE);
  });
});

describe('CirclesSocket, of a server that', () => {
  const servers: Server[] = [];
  afterEach(async () => {
    for (const server of servers.splice(0)) await server.close();
  });
  type Treat = Parameters<typeof Server.prototype.on<'connection'>>[1];

  async function server(treat: Treat) {
    const port = await freePort();
    const io = new Server(port);
    servers.push(io);
    io.on('connection', treat);
    return { url: `http://127.0.0.1:${port}`, io };
  }
  const garbage: [string, ...unknown[]][] = [
    ...['message', 'conversation', 'circle', 'media', 'writing', 'webrtc_forward', 'circle_invite', 'news'].flatMap(
      (event) => [[event], [event, null], [event, 7], [event, 'text'], [event, []], [event, {}]] as [string][],
    ),
    ['message', { conversation_id: 1 }],
    ['message', { conversation_id: 1, message: null }],
    ['message', { conversation_id: 1, message: { id: 'x' } }],
    ['conversation', { conversation_id: 1, event: 'recovered' }],
    ['constructor', {}],
    ['__proto__', {}],
  ];

  it('sends garbage, unknown events and members does no harm', async () => {
    const { url } = await server((socket) => {
      socket.emit('success', 'User authenticated');
      for (const [event, ...payload] of garbage) socket.emit(event, ...payload);
      socket.emit('message', { conversation_id: 1, message: { id: 1, content: 'good', new: true }, status: 'done' });
    });
    const { texts } = follow(url, 'token');
    await vi.waitFor(() => {
      expect(texts()).toEqual(['good']);
    }, PATIENCE);
  });

  it('does not acknowledge gets the same message under the same id, and another time no more', async () => {
    const said: object[] = [];
    const { url } = await server((socket) => {
      socket.emit('success', 'User authenticated');
      socket.on('message', (message: object, ack: (answer: unknown) => void) => {
        said.push(message);
        if (said.length < 3) socket.conn.close();
        else ack({ ok: true, received: true, message_id: 12 });
      });
    });
    const { socket } = follow(url, 'token');
    expect(await socket.send(3, { text: 'stubborn' })).toMatchObject({ message_id: 12 });
    const once = {
      conversation_id: 3,
      text_message: 'stubborn',
      client_message_id: expect.stringMatching(/^.{1,64}$/),
    };
    expect(said).toEqual([once, said[0], said[0]]);
  });

  it('breaks because of a message eventually reports that message', async () => {
    let connections = 0;
    const { url } = await server((socket) => {
      connections++;
      socket.emit('success', 'User authenticated');
      socket.on('message', () => {
        socket.conn.close();
      });
    });
    const { socket } = follow(url, 'token', { longestMs: 20 });
    await expect(socket.send(3, { text: 'poison' })).rejects.toMatchObject({ name: 'Unconfirmed' });
    expect(connections).toBe(11);
  });

  it('cannot check is asked again', async () => {
    let asked = 0;
    const { url } = await server((socket) => {
      socket.emit('success', 'User authenticated');
      const answer = (_payload: unknown, ack: (answer: unknown) => void) => {
        const away = { ok: false, error: { code: 'database_unavailable', detail: 'Service indisponible' } };
        ack(++asked % 2 === 1 ? away : { ok: true, message_id: 1 });
      };
      socket.on('message', answer);
      socket.on('join_conversation', answer);
    });
    const { socket } = follow(url, 'token');
    await socket.send(1, { text: 'hi' });
    await socket.joinConversation(1);
    expect(asked).toBe(4);
  });
});
