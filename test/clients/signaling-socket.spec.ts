import {
  SignalingSocket,
  type SignalingSocketEvents,
  type SignalingSocketOptions,
} from '@switchboard/client/signaling';
import { Server } from 'socket.io';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { SignalingHarness } from '../support/signaling.js';
import { TcpProxy } from '../support/tcp-proxy.js';
import { freePort } from './restarted-server.js';

const RETRY = { firstMs: 20, longestMs: 200 };
const PATIENCE = { timeout: 20_000, interval: 20 };
const EVENTS = [
  ...['peers', 'peer', 'peerGone', 'invited', 'inviteAccepted', 'inviteDeclined', 'inviteExpired', 'busy'],
  ...['callRequested', 'call', 'memberLeft', 'toggled', 'chat', 'signal', 'iceServers', 'error', 'closed'],
] as (keyof SignalingSocketEvents)[];

const sockets: SignalingSocket[] = [];

/** A peer with a record of its events; it is closed after the test. */
function enter(url: string, options: Partial<SignalingSocketOptions> = {}) {
  const socket = new SignalingSocket({ url, name: 'Ala', ...RETRY, ...options });
  sockets.push(socket);
  const heard: (readonly [name: string, event: unknown])[] = [];
  for (const name of EVENTS) socket.on(name, (event) => heard.push([name, event]));
  const opened = new Promise<string>((resolve) => {
    socket.on('open', ({ sid }) => {
      resolve(sid);
    });
  });
  const hears = (name: string, ...event: unknown[]) =>
    vi.waitFor(() => {
      expect(heard).toContainEqual([name, ...(event.length === 0 ? [expect.anything()] : event)]);
    }, PATIENCE);
  return { socket, heard, opened, hears };
}

afterEach(() => {
  for (const socket of sockets.splice(0)) socket.close();
});

describe('SignalingSocket', () => {
  let signaling: SignalingHarness;
  let cable: TcpProxy;
  let url: string;

  beforeAll(async () => {
    signaling = await SignalingHarness.start({ STUN_URLS: 'stun:127.0.0.1:3478' });
    url = signaling.server.url;
    cable = await new TcpProxy(new URL(url)).open();
  });
  afterAll(async () => {
    await cable.cut();
    await signaling.close();
  });

  const pair = async () => {
    const ala = enter(url);
    const alaSid = await ala.opened;
    await ala.hears('iceServers');
    const ola = enter(url, { name: 'Ola' });
    const olaSid = await ola.opened;
    await ola.hears('peers', expect.arrayContaining([{ sid: alaSid, name: 'Ala' }]));
    await ala.hears('peer', { sid: olaSid, name: 'Ola' });
    return { ala, ola, alaSid, olaSid };
  };

  it('connects peers with each other, until one of them leaves', async () => {
    const { ala, ola, alaSid, olaSid } = await pair();
    expect(ala.socket.sid).toBe(alaSid);
    const invitation = { sender_sid: alaSid, receiver_sid: olaSid };
    ala.socket.invite(olaSid);
    await ola.hears('invited', invitation);
    ola.socket.accept(alaSid);
    await ala.hears('inviteAccepted', invitation);
    await ola.hears('call', { room_id: expect.any(String), peers: [alaSid, olaSid] });
    ala.socket.signal('offer', olaSid, { description: { type: 'offer', sdp: 'v=0' } });
    await ola.hears('signal', {
      ...{ type: 'offer', sender_sid: alaSid, receiver_sid: olaSid },
      description: { type: 'offer', sdp: 'v=0' },
    });
    ala.socket.chat({ data: 'hello' });
    await ola.hears('chat', { data: 'hello' });
    ala.socket.toggle('mic');
    await ola.hears('toggled', { sender_sid: alaSid, what: 'mic' });
    ala.socket.invite(olaSid);
    await ala.hears('busy', undefined);
    ala.socket.leaveCall();
    await ola.hears('memberLeft', { sender_sid: alaSid });
    ala.socket.close();
    await ola.hears('peerGone', { sid: alaSid });
    expect(() => {
      ala.socket.invite(olaSid);
    }).toThrow('Not connected');
  });

  it('withdraws invitations, and declines them', async () => {
    const { ala, ola, alaSid, olaSid } = await pair();
    const invitation = { sender_sid: alaSid, receiver_sid: olaSid };
    ala.socket.invite(olaSid);
    await ola.hears('invited', invitation);
    ola.socket.decline(alaSid);
    await ala.hears('inviteDeclined', invitation);
    ala.socket.invite(olaSid);
    await vi.waitFor(() => {
      expect(ola.heard.filter(([name]) => name === 'invited')).toHaveLength(2);
    }, PATIENCE);
    ala.socket.cancel(olaSid);
    await ola.hears('inviteDeclined', invitation);
    expect(ala.heard.find(([name]) => name === 'iceServers')?.[1]).toEqual({
      iceServers: [{ urls: ['stun:127.0.0.1:3478'] }],
      expiresIn: expect.any(Number),
    });
  });

  it('reconnects by itself, with its name and another sid', async () => {
    const ola = enter(url, { name: 'Ola' });
    await ola.opened;
    const ala = enter(cable.url);
    const first = await ala.opened;
    await ola.hears('peer', { sid: first, name: 'Ala' });
    const again = new Promise<string>((resolve) => {
      ala.socket.on('open', ({ sid }) => {
        resolve(sid);
      });
    });
    await cable.cut();
    await ola.hears('peerGone', { sid: first });
    expect(ala.socket.sid).toBe('');
    await cable.open();
    const second = await again;
    expect(second).not.toBe(first);
    await ola.hears('peer', { sid: second, name: 'Ala' });
  });
});

describe('SignalingSocket, if the lobby requires a token,', () => {
  it('sends one on each connection, and is told if it is not valid', async () => {
    const signaling = await SignalingHarness.start({ SIGNALING_ACCESS: 'token' });
    try {
      const { url } = signaling.server;
      const { body } = await signaling.api('POST', 'lobby/tokens', { token: signaling.admin, body: { uses: 2 } });
      const { hears } = enter(url, { lobbyToken: () => Promise.resolve(body.token as string) });
      await hears('peers', []);
      const stranger = enter(url, { lobbyToken: 'nonsense' });
      await stranger.hears('error', { message: expect.stringContaining('token') });
    } finally {
      for (const socket of sockets.splice(0)) socket.close();
      await signaling.close();
    }
  });
});

describe('SignalingSocket, of a server that', () => {
  it('sends garbage, unknown events and members does no harm', async () => {
    const io = new Server(await freePort());
    try {
      const { port } = io.httpServer.address() as { port: number };
      io.on('connection', (socket) => {
        const events = [
          'news',
          'connections',
          'add-connection',
          'remove-connection',
          'receive-invite',
          'invite-accepted',
        ];
        events.push(
          'create-peer',
          'remove-peer-connection',
          'toggle-mic',
          'ice-servers',
          'offer',
          'error',
          'constructor',
        );
        for (const event of events) {
          for (const payload of [[], [null], [7], ['{'], ['[null,{},7]'], ['"text"'], [[]], [{ sender_sid: 7 }]]) {
            socket.emit(event, ...payload);
          }
        }
        socket.emit('add-connection', '{"sid":"s","name":"Ola","new":true}');
      });
      const { hears, heard } = enter(`http://127.0.0.1:${port}`);
      await hears('peer', { sid: 's', name: 'Ola' });
      const told = heard
        .map(([name]) => name)
        .filter((name) => name !== 'peers' && name !== 'error' && name !== 'peerGone');
      expect(told).toEqual(['peer']);
    } finally {
      for (const socket of sockets.splice(0)) socket.close();
      await io.close();
    }
  });
});
