import { createHash, createHmac, randomBytes } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Clock } from '../../src/common/time/clock.js';
import { MonotonicClock } from '../../src/common/time/monotonic-clock.js';
import { KeyRing } from '../../src/config/key-ring.js';
import { User } from '../../src/entities/accounts/user.entity.js';
import { AccessTokens } from '../../src/modules/auth/logins/access-tokens.service.js';
import { loginChannel } from '../../src/modules/auth/logins/login-channel.js';
import { LoginsRepository } from '../../src/modules/auth/logins/logins.repository.js';
import { DISCONNECT } from '../../src/modules/realtime/disconnect-reason.js';
import { Hub } from '../../src/modules/realtime/fan-out/hub.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, newUser, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

const decode = (part: string | undefined) => JSON.parse(Buffer.from(part ?? '', 'base64url').toString());
const encode = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
interface Claims {
  readonly sub: string;
  readonly sid: number;
  readonly jti: string;
  readonly iat: number;
  readonly exp: number;
}

const use = () => ({ expiresAt: new Date(), lastUsedAt: new Date(), address: null, userAgent: null });
const claimsOf = (token: string): Claims => decode(token.split('.')[1]);

describe('signing in', () => {
  let server: RunningApp;
  let api: Api;

  /** A JWT signed with our key, or another. */
  const forge = (
    header: { alg: 'HS256' | 'HS512'; typ: 'JWT' },
    claims: object,
    key: Buffer = server.app.get(KeyRing).derive('access-tokens'),
  ) => {
    const signed = `${encode(header)}.${encode(claims)}`;
    return `${signed}.${createHmac(header.alg.replace('HS', 'sha'), key).update(signed).digest('base64url')}`;
  };
  const statusOf = async (token: string) => (await api('GET', 'auth/me', { token })).status;
  const goForward = (ms: number) => {
    const [clock, monotonic] = [server.app.get(Clock), server.app.get(MonotonicClock)];
    const [now, elapsed] = [clock.now() + ms, monotonic.elapsed() + ms];
    vi.spyOn(clock, 'now').mockImplementation(() => now);
    vi.spyOn(monotonic, 'elapsed').mockImplementation(() => elapsed);
  };

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0' });
    api = apiOf(server);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await server.close();
  });

  it('gives a token of fifteen minutes, a refresh token and the account', async () => {
    const { user, password } = await newUser(api, { firstName: 'Ada', birthday: '1815-12-10' });
    const { status, body } = await api('POST', 'auth/login', { body: { email: user.email, password } });
    expect(status).toBe(200);
    expect(body).toEqual({
      accessToken: expect.any(String),
      expiresIn: 900,
      refreshToken: expect.stringMatching(/^[\w-]{86}$/),
      user: {
        id: user.id,
        email: user.email,
        firstName: 'Ada',
        lastName: 'Son',
        birthday: '1815-12-10',
        role: 'user',
        disabled: false,
        createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT[\d:.]+Z$/),
      },
    });
    expect((await api('GET', 'auth/me', { token: body.accessToken })).body).toMatchObject(body.user);
  });

  it('signs with HS256, with issuer, audience, subject, login and an id of its own', async () => {
    const { accessToken, user } = await newUser(api);
    const [header] = accessToken.split('.');
    expect(decode(header)).toEqual({ alg: 'HS256', typ: 'JWT' });
    const claims = claimsOf(accessToken);
    expect(claims).toMatchObject({ iss: 'switchboard', aud: 'user', sub: String(user.id), sid: expect.any(Number) });
    expect(claims.jti).toMatch(/^[\w-]{22}$/);
    expect(claims.exp - claims.iat).toBe(900);
  });

  it('ignores the case of the email', async () => {
    const { user, password } = await newUser(api);
    expect((await signIn(api, user.email.toUpperCase(), password)).user.id).toBe(user.id);
  });

  it('answers a wrong password and an unknown account alike', async () => {
    const { user } = await newUser(api);
    const wrong = await api('POST', 'auth/login', { body: { email: user.email, password: 'wrong' } });
    const unknown = await api('POST', 'auth/login', { body: { email: 'nobody@example.org', password: 'wrong' } });
    expect(wrong.status).toBe(401);
    expect(unknown.status).toBe(401);
    expect({ ...wrong.body, requestId: '' }).toEqual({ ...unknown.body, requestId: '' });
    expect(wrong.body.code).toBe('invalid_credentials');
  });

  it('refuses tokens that are forged, of another kind, expired, or without an account', async () => {
    const { accessToken } = await newUser(api);
    const claims = claimsOf(accessToken);
    const hs256 = { alg: 'HS256', typ: 'JWT' } as const;
    expect(await statusOf(forge(hs256, claims))).toBe(200);
    const endless = { ...claims, exp: undefined };
    for (const [what, token] of Object.entries({
      otherKey: forge(hs256, claims, Buffer.alloc(32, 1)),
      noSignature: `${encode({ alg: 'none', typ: 'JWT' })}.${encode(claims)}.`,
      otherAlgorithm: forge({ alg: 'HS512', typ: 'JWT' }, claims),
      otherIssuer: forge(hs256, { ...claims, iss: 'else' }),
      otherAudience: forge(hs256, { ...claims, aud: 'device' }),
      otherSubject: forge(hs256, { ...claims, sub: '1' }),
      otherLogin: forge(hs256, { ...claims, sid: claims.sid + 1_000 }),
      hugeLogin: forge(hs256, { ...claims, sid: 1e300 }),
      textLogin: forge(hs256, { ...claims, sid: '1 OR 1=1' }),
      expired: forge(hs256, { ...claims, exp: claims.iat - 1 }),
      endless: forge(hs256, endless),
      garbage: 'a.b.c',
      long: 'x'.repeat(8_000),
    })) {
      expect(await statusOf(token), what).toBe(401);
    }
    expect((await api('GET', 'auth/me', { headers: { authorization: `Basic ${accessToken}` } })).status).toBe(401);
    expect((await api('GET', 'auth/me')).headers.get('www-authenticate')).toBe('Bearer');
  });

  it('lets an access token expire after fifteen minutes while the login continues', async () => {
    const { accessToken, refreshToken } = await newUser(api);
    goForward(899_000);
    expect(await statusOf(accessToken)).toBe(200);
    goForward(2_000);
    expect(await statusOf(accessToken)).toBe(401);
    expect((await api('POST', 'auth/refresh', { body: { refreshToken } })).status).toBe(200);
  });

  it('refreshes to a new pair of the same login, and keeps the old access token', async () => {
    const { accessToken, refreshToken } = await newUser(api);
    const { status, body } = await api('POST', 'auth/refresh', { body: { refreshToken } });
    expect(status).toBe(200);
    expect(Object.keys(body).sort()).toEqual(['accessToken', 'expiresIn', 'refreshToken']);
    expect(body.refreshToken).not.toBe(refreshToken);
    expect(claimsOf(body.accessToken).sid).toBe(claimsOf(accessToken).sid);
    expect(await statusOf(accessToken)).toBe(200);
    expect(await statusOf(body.accessToken)).toBe(200);
  });

  it('ends the login when a used refresh token comes back, and no other login', async () => {
    const { user, password, accessToken, refreshToken } = await newUser(api);
    const other = await signIn(api, user.email, password);
    const next = (await api('POST', 'auth/refresh', { body: { refreshToken } })).body;
    const disconnect = vi.spyOn(server.app.get(Hub), 'disconnect');
    goForward(10_000);
    const again = await api('POST', 'auth/refresh', { body: { refreshToken } });
    expect(again).toMatchObject({ status: 401, body: { code: 'token_reused' } });
    expect(disconnect).toHaveBeenCalledWith(loginChannel(claimsOf(accessToken).sid), DISCONNECT.notAllowed);
    expect(await statusOf(accessToken)).toBe(401);
    expect(await statusOf(next.accessToken)).toBe(401);
    expect((await api('POST', 'auth/refresh', { body: { refreshToken: next.refreshToken } })).status).toBe(401);
    expect(await statusOf(other.accessToken)).toBe(200);
  });

  it('gives the same new pair to all who refresh within ten seconds', async () => {
    const { refreshToken } = await newUser(api);
    const refresh = (token = refreshToken) => api('POST', 'auth/refresh', { body: { refreshToken: token } });
    const answers = await Promise.all(Array.from({ length: 6 }, () => refresh()));
    goForward(9_000);
    answers.push(await refresh());
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    expect(new Set(answers.map(({ body }) => JSON.stringify(body))).size).toBe(1);
    expect(await statusOf(answers[0]?.body.accessToken)).toBe(200);
    const next = await refresh(answers[0]?.body.refreshToken);
    expect(next.status).toBe(200);
    expect(next.body.refreshToken).not.toBe(answers[0]?.body.refreshToken);
  });

  it('ends the login when a used refresh token comes from elsewhere', async () => {
    const proxied = await startApp({ ...ADMIN_ENV, REST_RATE: '0', TRUSTED_PROXIES: '127.0.0.1' });
    try {
      const from = apiOf(proxied);
      const { accessToken, refreshToken } = await newUser(from);
      const refresh = (address: string) =>
        from('POST', 'auth/refresh', { body: { refreshToken }, headers: { 'x-forwarded-for': address } });
      expect((await refresh('192.0.2.1')).status).toBe(200);
      expect((await refresh('192.0.2.1')).status).toBe(200);
      expect(await refresh('192.0.2.2')).toMatchObject({ status: 401, body: { code: 'token_reused' } });
      expect((await refresh('192.0.2.1')).status).toBe(401);
      expect((await from('GET', 'auth/me', { token: accessToken })).status).toBe(401);
    } finally {
      await proxied.close();
    }
  });

  it('accepts an email with space around it', async () => {
    const { user, password } = await newUser(api);
    await signIn(api, `  ${user.email}\t`, password);
  });

  it('replaces exactly the secret that was read, or none', async () => {
    const logins = server.app.get(LoginsRepository);
    const { refreshToken, accessToken } = await newUser(api);
    const old = createHash('sha256').update(Buffer.from(refreshToken, 'base64url').subarray(32)).digest();
    const { sid } = claimsOf(accessToken);
    await expect(logins.rotate(sid, old, { secretDigest: randomBytes(32), ...use() })).resolves.toBe(true);
    await expect(logins.rotate(sid, old, { secretDigest: randomBytes(32), ...use() })).resolves.toBe(false);
  });

  it.each([['x'], ['A'.repeat(86)], ['A'.repeat(85) + '='], ['ü'.repeat(86)]])(
    'refuses the refresh token %s',
    async (refreshToken) => {
      const answer = await api('POST', 'auth/refresh', { body: { refreshToken } });
      expect(answer).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    },
  );

  it('ends a login that is not refreshed for thirty days', async () => {
    const { refreshToken } = await newUser(api);
    goForward(30 * 24 * 3_600_000 + 1_000);
    expect((await api('POST', 'auth/refresh', { body: { refreshToken } })).status).toBe(401);
  });

  it('ends only this login on logout, at once, with its tokens and sockets', async () => {
    const { user, password, accessToken, refreshToken } = await newUser(api);
    const other = await signIn(api, user.email, password);
    const disconnect = vi.spyOn(server.app.get(Hub), 'disconnect');
    const answer = await api('POST', 'auth/logout', { token: accessToken });
    expect(answer).toMatchObject({ status: 204, body: undefined });
    expect(disconnect.mock.calls).toEqual([[loginChannel(claimsOf(accessToken).sid), DISCONNECT.notAllowed]]);
    expect(await statusOf(accessToken)).toBe(401);
    await expect(server.app.get(AccessTokens).verify(accessToken)).rejects.toMatchObject({ kind: 'unauthenticated' });
    expect((await api('POST', 'auth/refresh', { body: { refreshToken } })).status).toBe(401);
    expect(await statusOf(other.accessToken)).toBe(200);
  });

  it('tells sockets whose token it is', async () => {
    const { accessToken, user } = await newUser(api);
    await expect(server.app.get(AccessTokens).verify(accessToken)).resolves.toMatchObject({
      kind: 'user',
      id: String(user.id),
      label: user.email,
      userId: user.id,
      role: 'user',
      loginId: claimsOf(accessToken).sid,
    });
  });

  it('refuses the token of an account that was disabled directly in the database', async () => {
    const { accessToken, refreshToken, user } = await newUser(api);
    await server.dataSource.query('UPDATE users SET disabled = true WHERE id = $1', [user.id]);
    expect(await statusOf(accessToken)).toBe(401);
    expect((await api('POST', 'auth/refresh', { body: { refreshToken } })).status).toBe(401);
  });

  it('starts no login on outdated facts: a previous password, or an account disabled meanwhile', async () => {
    const logins = server.app.get(LoginsRepository);
    const digests = () => ({ handleDigest: randomBytes(32), secretDigest: randomBytes(32), ...use() });
    const { user } = await newUser(api);
    const read = (await logins.findUserByEmail(user.email)) as User;
    await expect(logins.create(read, digests())).resolves.toBeGreaterThan(0);
    await expect(
      logins.create(Object.assign(new User(), read, { passwordHash: 'older' }), digests()),
    ).resolves.toBeUndefined();
    await server.dataSource.query('UPDATE users SET disabled = true WHERE id = $1', [user.id]);
    await expect(logins.create(read, digests())).resolves.toBeUndefined();
  });

  it('stores no secret in clear text', async () => {
    // Hashed at the server's start, as outside of tests.
    const { accessToken, refreshToken } = await signIn(api, ADMIN.email, ADMIN.password);
    const rows = await server.dataSource.query(
      `SELECT l::text AS login, u::text AS account FROM logins l JOIN users u ON u.id = l.user_id WHERE l.id = $1`,
      [claimsOf(accessToken).sid],
    );
    const bytes = Buffer.from(refreshToken, 'base64url');
    const stored = JSON.stringify(rows);
    for (const secret of [ADMIN.password, refreshToken, accessToken, bytes.subarray(0, 32), bytes.subarray(32)]) {
      expect(stored).not.toContain(typeof secret === 'string' ? secret : secret.toString('hex'));
    }
    expect(stored).toContain('$argon2id$v=19$m=19456,t=2,p=1$');
  });

  it('keeps the newest hundred logins of an account', async () => {
    const { user, password, accessToken } = await newUser(api);
    await server.dataSource.query(
      `INSERT INTO logins (user_id, handle_digest, secret_digest, expires_at)
       SELECT $1, sha256(convert_to('h' || n, 'UTF8')), sha256('s'), now() + interval '1 day' FROM generate_series(1, 98) n`,
      [user.id],
    );
    await signIn(api, user.email, password);
    expect(await statusOf(accessToken)).toBe(200);
    await signIn(api, user.email, password);
    expect(await statusOf(accessToken)).toBe(401);
  });
});

describe('guessing passwords', () => {
  let server: RunningApp;
  let api: Api;
  beforeAll(async () => {
    server = await startApp({ REST_RATE: '0', TRUSTED_PROXIES: '127.0.0.1' });
    api = apiOf(server);
  });
  afterEach(() => {
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await server.close();
  });

  let place = 0;
  const freshPlace = () => `198.51.100.${++place}`;
  const guess = (email: string, password: string, address: string) =>
    api('POST', 'auth/login', { body: { email, password }, headers: { 'x-forwarded-for': address } });
  const statuses = async (count: number, go: (n: number) => ReturnType<Api>) => {
    const list = [];
    for (let n = 0; n < count; n++) list.push((await go(n)).status);
    return list;
  };

  it.each([['a known'], ['an unknown']])(
    'is slowed for %s account, from any address, with growing delays',
    async (kind) => {
      const email = kind === 'a known' ? (await newUser(api)).user.email : 'stranger@example.org';
      // The account signed in from the test's own address; these come from elsewhere.
      expect(await statuses(10, () => guess(email, 'wrong', freshPlace()))).toEqual(new Array(10).fill(401));
      const [clock, monotonic] = [server.app.get(Clock), server.app.get(MonotonicClock)];
      // Whole milliseconds: sums of fractions depend on their order.
      const [now, elapsed] = [clock.now(), Math.ceil(monotonic.elapsed())];
      let passed = 0;
      vi.spyOn(clock, 'now').mockImplementation(() => now + passed);
      vi.spyOn(monotonic, 'elapsed').mockImplementation(() => elapsed + passed);
      const delays = [];
      for (let n = 0; n < 8; n++) {
        expect((await guess(email, 'wrong', freshPlace())).status).toBe(401);
        const refused = await guess(email, 'wrong', freshPlace());
        expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
        const seconds = Number(refused.headers.get('retry-after'));
        delays.push(seconds);
        passed += seconds * 1_000;
      }
      expect(delays).toEqual([1, 2, 4, 8, 16, 32, 60, 60]);
    },
  );

  it('gets at most the free attempts if all guesses come at once', async () => {
    const { user } = await newUser(api);
    const begun = performance.now();
    const all = await Promise.all(Array.from({ length: 60 }, () => guess(user.email, 'wrong', freshPlace())));
    // The waits are 1, 2, 4 … seconds; on a slow machine some of them end meanwhile.
    const waitsOver = Math.ceil(Math.log2(1 + (performance.now() - begun) / 1_000));
    const looked = all.filter(({ status }) => status === 401).length;
    expect(looked).toBeLessThanOrEqual(11 + waitsOver);
    expect(all.filter(({ status }) => status === 429).length).toBe(60 - looked);
  });

  it('leaves the owner a way in from a previously used address', async () => {
    const { user, password } = await newUser(api);
    const home = freshPlace();
    expect((await guess(user.email, password, home)).status).toBe(200);
    await statuses(15, () => guess(user.email, 'wrong', freshPlace()));
    expect((await guess(user.email, password, freshPlace())).status).toBe(429);
    expect((await guess(user.email, password, home)).status).toBe(200);
  });

  it('is slowed for an address that tries many accounts, and for no other', async () => {
    const address = freshPlace();
    const list = await statuses(25, (n) => guess(`someone${n}@example.org`, 'wrong', address));
    expect(list.slice(0, 21)).toEqual(new Array(21).fill(401));
    expect(list.slice(21)).toEqual(new Array(4).fill(429));
    expect((await guess('someone99@example.org', 'wrong', freshPlace())).status).toBe(401);
  });

  it('starts over after a success', async () => {
    const { user, password } = await newUser(api);
    const address = freshPlace();
    for (let round = 0; round < 2; round++) {
      expect(await statuses(9, () => guess(user.email, 'wrong', address))).toEqual(new Array(9).fill(401));
      expect((await guess(user.email, password, address)).status).toBe(200);
    }
  });
});
