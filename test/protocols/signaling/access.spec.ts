import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { LobbyTokensRepository } from '../../../src/modules/signaling/tokens/lobby-tokens.repository.js';
import { newUser } from '../../support/api.js';
import { ManualTime } from '../../support/manual-time.js';
import {
  CLIENTS,
  type ClientVersion,
  invite,
  type SignalingClient,
  SignalingHarness,
} from '../../support/signaling.js';

const versions = Object.keys(CLIENTS) as ClientVersion[];
const DENIED = 'A lobby token is needed here.';

/** How clients send a token: 1.x and 2.x have no `auth`. */
const bringing = (token: string, version: ClientVersion = '4.x'): object =>
  version < '3' ? { query: { lobby: token } } : { auth: { lobby: token } };

interface Token {
  readonly id: number;
  readonly token: string;
  readonly link: string;
  readonly expiresIn: number;
}

/** Ways for an admin to end a lobby token. */
const ENDS: [string, (id: number, user: number) => [method: string, path: string, body?: object]][] = [
  ['is deleted', (id) => ['DELETE', `lobby/tokens/${id}`]],
  ['has its account disabled', (_id, user) => ['PATCH', `accounts/${user}`, { disabled: true }]],
  ['has its account deleted', (_id, user) => ['DELETE', `accounts/${user}`]],
];

describe('a lobby that requires a token', () => {
  let harness: SignalingHarness;
  let time: ManualTime;
  beforeAll(async () => {
    harness = await SignalingHarness.start({ SIGNALING_ACCESS: 'token', PUBLIC_URL: 'https://calls.example/' });
    time = ManualTime.of(harness.server);
  });
  afterAll(() => harness.close());
  afterEach(() => harness.hangUp());

  const newToken = async (body: object = {}, owner = harness.admin): Promise<Token> => {
    const answer = await harness.api('POST', 'lobby/tokens', { body, token: owner });
    expect(answer.status).toBe(201);
    return answer.body as Token;
  };

  it('does nothing for those without one, and tells them why once', async () => {
    const { token } = await newToken();
    const a = await harness.connect('4.x', bringing(token));
    const stranger = await harness.connect();
    await stranger.expectNothing();
    stranger.emit('name', 'Eve');
    await stranger.expectNext('error', DENIED);
    for (const event of ['connections', 'ice-servers', 'leave-room', 'toggle-mic']) stranger.emit(event);
    stranger.emit('send-invitation', a.sid);
    stranger.emit('offer', { receiver_sid: a.sid });
    a.emit('name', 'Ala');
    a.emit('offer', { receiver_sid: stranger.sid });
    await stranger.expectNothing();
    a.emit('connections');
    await a.expectNext('connections', '[]');
    expect(stranger.socket.connected).toBe(true);
    stranger.close();
    await a.expectNothing();
  });

  it.each(versions)('admits clients %s with one', async (version) => {
    const { token } = await newToken();
    const [a, b] = (await harness.peers(['Ala', 'Bob'], version, bringing(token, version))) as [
      SignalingClient,
      SignalingClient,
    ];
    a.emit('send-invitation', b.sid);
    await b.expectNext('receive-invite', invite(a, b));
  });

  it.each(['lobby_nonsense', '', 'lobby_', 'x'.repeat(5_000), { token: 'x' }, ['lobby_x'], 7, null])(
    'does not admit %j',
    async (lobby) => {
      const client = await harness.connect('4.x', { auth: { lobby } });
      client.emit('connections');
      await client.expectNext('error', DENIED);
    },
  );

  it('counts uses, even if many come at once', async () => {
    const { id, token } = await newToken({ uses: 2 });
    const clients = await Promise.all([1, 2, 3, 4].map(() => harness.connect('4.x', bringing(token))));
    for (const client of clients) client.emit('connections');
    const heard = await Promise.all(clients.map((client) => client.next()));
    expect(heard.map(([event]) => event).sort()).toEqual(['connections', 'connections', 'error', 'error']);
    const { body } = await harness.api('GET', 'lobby/tokens', { token: harness.admin });
    expect(body.items.find((item: Token) => item.id === id)).toMatchObject({ uses: 2, usesLeft: 0 });
    expect((await harness.api('GET', 'ice-servers', { token })).status).toBe(401);
  });

  it('stops admitting with a token when it expires, and when its account ends', async () => {
    const short = await newToken({ expiresInSeconds: 1 });
    const { accessToken, user } = await newUser(harness.api);
    const theirs = await newToken({}, accessToken);
    await time.passes(1_100);
    const late = await harness.connect('4.x', bringing(short.token));
    late.emit('connections');
    await late.expectNext('error', DENIED);
    const change = { body: { disabled: true }, token: harness.admin };
    expect((await harness.api('PATCH', `accounts/${user.id}`, change)).status).toBe(200);
    const disabled = await harness.connect('4.x', bringing(theirs.token));
    disabled.emit('connections');
    await disabled.expectNext('error', DENIED);
  });

  it('records the account in the ledger, and shows it its calls', async () => {
    const [ala, bob] = [await newUser(harness.api), await newUser(harness.api)];
    const [{ token: one }, { token: two }] = [await newToken({}, ala.accessToken), await newToken({}, bob.accessToken)];
    const [a] = (await harness.peers(['Ala'], '4.x', bringing(one))) as [SignalingClient];
    const [b] = (await harness.peers(['Bob'], '4.x', bringing(two))) as [SignalingClient];
    await harness.settle([a, b]);
    await harness.call(a, b);
    const { body } = await harness.api('GET', 'calls', { token: bob.accessToken });
    expect(body.items).toMatchObject([
      {
        state: 'live',
        participants: [
          { sid: a.sid, userId: ala.user.id },
          { sid: b.sid, userId: bob.user.id },
        ],
      },
    ]);
  });

  it('stops ringing on the account’s other sockets when one answers', async () => {
    const bob = await newUser(harness.api);
    const [{ token: one }, { token: two }] = [await newToken(), await newToken({}, bob.accessToken)];
    const [a] = (await harness.peers(['Ala'], '4.x', bringing(one))) as [SignalingClient];
    const [b, phone] = (await harness.peers(['Bob', 'Bob'], '4.x', bringing(two))) as [
      SignalingClient,
      SignalingClient,
    ];
    await harness.settle([a, b, phone]);
    for (const socket of [b, phone]) {
      a.emit('send-invitation', socket.sid);
      await socket.expectNext('receive-invite', invite(a, socket));
    }
    b.emit('accept-invitation', invite(a, b));
    await phone.expectNext('invite-expired-receiver', invite(a, phone));
    phone.emit('accept-invitation', invite(a, phone));
    const [heardByA] = await harness.settle([a, phone]);
    expect(heardByA?.map(([event]) => event)).toEqual(['invite-accepted', 'create-peer']);
    const calls = (await harness.api('GET', 'calls', { token: bob.accessToken })).body.items;
    expect(calls.map(({ state, outcome }: Record<string, string>) => [state, outcome]).sort()).toEqual([
      ['ended', 'cancelled'],
      ['live', null],
    ]);
  });

  it('disconnects those admitted with a deleted token', async () => {
    const { accessToken } = await newUser(harness.api);
    const { id, token } = await newToken({ name: 'For Eve' }, accessToken);
    const client = await harness.connect('4.x', bringing(token));
    const reason = new Promise((resolve) => {
      client.socket.on('disconnect', resolve);
    });
    const other = await newUser(harness.api);
    expect((await harness.api('DELETE', `lobby/tokens/${id}`, { token: other.accessToken })).status).toBe(404);
    expect((await harness.api('GET', 'lobby/tokens', { token: other.accessToken })).body.items).toEqual([]);
    expect((await harness.api('GET', 'lobby/tokens', { token: accessToken })).body.items).toEqual([
      expect.objectContaining({ id, name: 'For Eve', uses: null, usesLeft: null }),
    ]);
    expect((await harness.api('DELETE', `lobby/tokens/${id}`, { token: accessToken })).status).toBe(204);
    expect(await reason).toBe('io server disconnect');
  });

  it.each(ENDS)('disconnects everybody admitted with a token that %s', async (_what, act) => {
    const { accessToken, user } = await newUser(harness.api);
    const { id, token } = await newToken({}, accessToken);
    const reasons = [];
    for (let n = 0; n < 3; n++) {
      const client = await harness.connect('4.x', bringing(token));
      reasons.push(
        new Promise((resolve) => {
          client.socket.on('disconnect', resolve);
        }),
      );
    }
    const [method, path, body] = act(id, user.id);
    const { status } = await harness.api(method, path, { token: harness.admin, ...(body && { body }) });
    expect(status).toBeLessThan(300);
    expect(await Promise.all(reasons)).toEqual([
      'io server disconnect',
      'io server disconnect',
      'io server disconnect',
    ]);
  });

  it.each(ENDS)(
    'keeps those that have since authenticated with a login of their own when the token %s',
    async (_what, act) => {
      const [owner, self] = [await newUser(harness.api), await newUser(harness.api)];
      const { id, token } = await newToken({}, owner.accessToken);
      const [client, witness] = [
        await harness.connect('4.x', bringing(token)),
        await harness.connect('4.x', bringing(token)),
      ];
      const [reason, gone] = [client, witness].map(
        ({ socket }) =>
          new Promise((resolve) => {
            socket.on('disconnect', resolve);
          }),
      ) as [Promise<unknown>, Promise<unknown>];
      const asked = (event: string, ...args: unknown[]) =>
        new Promise((resolve) => {
          client.socket.emit(event, ...args, resolve);
        });
      expect(await asked('authenticate', { token: self.accessToken })).toMatchObject({ ok: true });
      const [method, path, body] = act(id, owner.user.id);
      await harness.api(method, path, { token: harness.admin, ...(body && { body }) });
      await gone;
      expect(await asked('webrtc_credentials')).toMatchObject({ ok: true });
      // By its own login it ends.
      await harness.api('POST', 'auth/logout', { token: self.accessToken });
      expect(await reason).toBe('io server disconnect');
    },
  );

  it('disconnects those whose token is deleted while it is looked up', async () => {
    const { id, token } = await newToken();
    const find = vi.spyOn(LobbyTokensRepository.prototype, 'findValid');
    let deleted: number | undefined;
    find.mockImplementationOnce(async function (this: LobbyTokensRepository, ...args) {
      find.mockRestore();
      const found = await this.findValid(...args);
      deleted = (await harness.api('DELETE', `lobby/tokens/${id}`, { token: harness.admin })).status;
      return found;
    });
    const client = await harness.connect('4.x', bringing(token));
    expect(deleted).toBe(204);
    await vi.waitFor(() => {
      expect(client.socket.connected).toBe(false);
    });
  });

  it('shows token and link once, and stores neither', async () => {
    const { id, token, link, expiresIn } = await newToken({ expiresInSeconds: 60 });
    expect(expiresIn).toBe(60);
    expect(token).toMatch(/^lobby_[\w-]{32}$/);
    expect(link).toBe(`https://calls.example/call/#lobby=${token}`);
    const [row] = await harness.server.dataSource.query('SELECT * FROM lobby_tokens WHERE id = $1', [id]);
    expect(JSON.stringify(row)).not.toContain(token);
    expect(Object.values(row).some((value) => Buffer.isBuffer(value) && value.includes(token))).toBe(false);
    const { body } = await harness.api('GET', 'lobby/tokens?limit=200', { token: harness.admin });
    expect(JSON.stringify(body)).not.toContain(token);
    expect((await harness.api('GET', 'ice-servers', { token })).status).toBe(200);
  });

  it.each([
    { uses: 0 },
    { uses: 1.5 },
    { uses: '2' },
    { expiresInSeconds: 0 },
    { expiresInSeconds: 31_536_001 },
    { name: '' },
    { name: 'x'.repeat(101) },
    { name: 'a\u0000' },
    { extra: 1 },
  ])('refuses to create a token from %j', async (body) => {
    const answer = await harness.api('POST', 'lobby/tokens', { body, token: harness.admin });
    expect([answer.status, answer.body.code]).toEqual([422, 'invalid_input']);
    expect((await harness.api('POST', 'lobby/tokens', { body: {} })).status).toBe(401);
  });
});

describe('a stranger in a lobby that requires a token', () => {
  it('is eventually cut off, and reconnects', async () => {
    const harness = await SignalingHarness.start({ SIGNALING_ACCESS: 'token', ADMISSION_SECONDS: '1' });
    const time = ManualTime.of(harness.server);
    try {
      const { body } = await harness.api('POST', 'lobby/tokens', { body: {}, token: harness.admin });
      const { accessToken } = await newUser(harness.api);
      const stranger = await harness.connect();
      const guest = await harness.connect('4.x', bringing(body.token as string));
      const account = await harness.connect('4.x', { auth: { token: accessToken } });
      const late = await harness.connect();
      const asked = ({ socket }: SignalingClient, ...event: [string, ...unknown[]]) =>
        new Promise((resolve) => {
          socket.emit(...event, resolve);
        });
      expect(await asked(late, 'authenticate', { token: accessToken })).toMatchObject({ ok: true });
      expect(await asked(account, 'webrtc_credentials')).toMatchObject({ ok: true });
      await harness.settle([guest]);
      const reasons = new Map<SignalingClient, unknown>();
      for (const client of [stranger, guest, account, late]) {
        client.socket.on('disconnect', (reason) => reasons.set(client, reason));
      }
      await time.passes(10_250);
      await vi.waitFor(() => {
        expect([...reasons]).toEqual([[stranger, 'transport close']]);
      });
      for (const { socket } of [guest, account, late]) expect(socket.connected).toBe(true);
    } finally {
      await harness.close();
    }
  });
});

describe('ICE servers on the socket', () => {
  it('come on request, and again during a call before they expire', async () => {
    const harness = await SignalingHarness.start({
      TURN_URLS: 'turn:127.0.0.1:3478',
      TURN_SECRET: 'secret',
      TURN_TTL_SECONDS: '10',
    });
    const time = ManualTime.of(harness.server);
    const [a, b, c] = (await harness.peers(['a', 'b', 'c'])) as [SignalingClient, SignalingClient, SignalingClient];
    const usernames: string[] = [];
    for (const client of [a, c]) {
      client.emit('ice-servers');
      const [event, { iceServers, expiresIn }] = (await client.next()) as [
        string,
        { iceServers: { urls: string[]; username: string; credential: string }[]; expiresIn: number },
      ];
      expect([event, expiresIn]).toEqual(['ice-servers', 10]);
      expect(iceServers).toHaveLength(1);
      expect(iceServers[0]?.username.split(':')[1]).toBe(client.sid);
      usernames.push(iceServers[0]?.username ?? '');
    }
    await harness.call(a, b);
    await time.passes(8_300);
    const refreshed = (await a.next()) as [string, { iceServers: { username: string }[] }];
    expect(refreshed[0]).toBe('ice-servers');
    expect(refreshed[1].iceServers[0]?.username).not.toBe(usernames[0]);
    // Not to those who never asked, and to those in no call only once they are.
    expect(await harness.settle([a, b, c])).toEqual([[], [], []]);
    a.emit('send-invitation', c.sid);
    await c.expectNext('receive-invite', invite(a, c));
    c.emit('accept-invitation', invite(a, c));
    await vi.waitFor(() => {
      expect(c.drain().map(([event]) => event)).toContain('ice-servers');
    });
    await harness.close();
  });
});
