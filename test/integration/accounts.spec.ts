import { readFile, stat } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createApp } from '../../src/create-app.js';
import { AccountsRepository, type NewAccount } from '../../src/modules/accounts/accounts.repository.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, newUser, type Session, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { CirclesHarness } from '../support/circles.js';
import { startRedis } from '../support/redis.js';
import { describeWith } from '../support/requires.js';

describe('accounts', () => {
  let server: RunningApp;
  let api: Api;
  let admin: Session;

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0' });
    api = apiOf(server);
    admin = await signIn(api, ADMIN.email, ADMIN.password);
  });
  afterAll(async () => {
    await server.close();
  });

  const account = (changes: object = {}) => ({
    email: `made${Math.random().toString(36).slice(2)}@example.org`,
    password: 'a good password',
    firstName: 'Grace',
    lastName: 'Hopper',
    ...changes,
  });
  const asAdmin = (method: string, path: string, body?: unknown) =>
    api(method, path, { token: admin.accessToken, body });

  it('are created by anyone while registration is open', async () => {
    const body = account({ email: 'MiXed@Example.ORG', birthday: '1996-02-29' });
    const answer = await api('POST', 'accounts', { body });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('location')).toBe(`/api/v1/accounts/${answer.body.id}`);
    expect(answer.body).toMatchObject({
      email: 'mixed@example.org',
      birthday: '1996-02-29',
      role: 'user',
      disabled: false,
    });
    expect(answer.body).not.toHaveProperty('password');
    expect(answer.body).not.toHaveProperty('passwordHash');
  });

  it('are unique by email, whatever its case or Unicode composition, even if created at once', async () => {
    const body = account({ email: 'Zoë@example.org' });
    expect((await api('POST', 'accounts', { body })).status).toBe(201);
    for (const email of ['zoë@EXAMPLE.org', 'Zoë@example.org'.normalize('NFD')]) {
      const again = await api('POST', 'accounts', { body: account({ email }) });
      expect(again).toMatchObject({ status: 409, body: { code: 'already_exists' } });
    }
    const same = account();
    const all = await Promise.all([1, 2, 3, 4].map(() => api('POST', 'accounts', { body: same })));
    expect(all.map(({ status }) => status).sort()).toEqual([201, 409, 409, 409]);
  });

  it.each([
    [{ email: 'no' }],
    [{ email: `${'x'.repeat(250)}@example.org` }],
    [{ email: null }],
    [{ password: 'short' }],
    [{ password: 'x'.repeat(201) }],
    [{ firstName: '' }],
    [{ firstName: '   ' }],
    [{ lastName: 'x'.repeat(101) }],
    [{ firstName: null }],
    [{ lastName: undefined }],
    [{ birthday: '1995-02-29' }],
    [{ birthday: '1995-13-01' }],
    [{ birthday: '0000-01-01' }],
    [{ birthday: '1995-12-12T00:00:00' }],
    [{ birthday: 5 }],
    [{ birthday: '9999-12-31' }],
    [{ birthday: new Date(Date.now() + 48 * 3_600_000).toISOString().slice(0, 10) }],
    [{ firstName: 'A\u200bda' }],
    [{ firstName: 'A\u200dda' }],
    [{ firstName: 'Ada\u202egnp' }],
    [{ lastName: 'Love\nlace' }],
    [{ role: 'admin' }],
  ])('are not created with %j', async (changes) => {
    expect((await api('POST', 'accounts', { body: account(changes) })).status).toBe(422);
  });

  it.each(['0001-01-01', '0099-06-15', '1582-10-10', new Date().toISOString().slice(0, 10)])(
    'keep the birthday %s unchanged',
    async (birthday) => {
      expect((await newUser(api, { birthday })).user).toMatchObject({ birthday });
    },
  );

  it('are read and changed by their owner', async () => {
    const { accessToken: token, user } = await newUser(api);
    expect((await api('GET', 'accounts/me', { token })).body).toMatchObject(user);
    const changed = await api('PATCH', 'accounts/me', { token, body: { firstName: 'New', birthday: '2000-01-01' } });
    expect(changed).toMatchObject({ status: 200, body: { firstName: 'New', lastName: 'Son', birthday: '2000-01-01' } });
    const cleared = await api('PATCH', 'accounts/me', { token, body: { birthday: null } });
    expect(cleared.body).toMatchObject({ firstName: 'New', birthday: null });
    expect((await api('PATCH', 'accounts/me', { token, body: {} })).body).toEqual(cleared.body);
  });

  it.each([
    [{ role: 'admin' }],
    [{ disabled: true }],
    [{ email: 'x@example.org' }],
    [{ firstName: null }],
    [{ id: 1 }],
  ])('are not changed by their owner with %j', async (body) => {
    const { accessToken: token } = await newUser(api);
    expect((await api('PATCH', 'accounts/me', { token, body })).status).toBe(422);
  });

  it('are removed by their owner, with all logins', async () => {
    const { accessToken: token, user, password, refreshToken } = await newUser(api);
    const other = await signIn(api, user.email, password);
    expect(await api('DELETE', 'accounts/me', { token })).toMatchObject({ status: 204, body: undefined });
    for (const dead of [token, other.accessToken]) {
      expect((await api('GET', 'accounts/me', { token: dead })).status).toBe(401);
    }
    expect((await api('POST', 'auth/refresh', { body: { refreshToken } })).status).toBe(401);
    expect((await asAdmin('GET', `accounts/${user.id}`)).status).toBe(404);
  });

  it('get a new password, which ends all logins except the caller’s', async () => {
    const { accessToken: token, user, password } = await newUser(api);
    const other = await signIn(api, user.email, password);
    const change = (currentPassword: string, newPassword: string) =>
      api('PUT', 'accounts/me/password', { token, body: { currentPassword, newPassword } });
    expect(await change('not it', 'another password')).toMatchObject({
      status: 401,
      body: { code: 'invalid_credentials' },
    });
    expect((await change(password, 'short')).status).toBe(422);
    expect(await change(password, 'another password')).toMatchObject({ status: 204 });
    expect((await api('GET', 'auth/me', { token })).status).toBe(200);
    expect((await api('GET', 'auth/me', { token: other.accessToken })).status).toBe(401);
    expect((await api('POST', 'auth/login', { body: { email: user.email, password } })).status).toBe(401);
    await signIn(api, user.email, 'another password');
  });

  it('accept a password however its accents are composed', async () => {
    const { user } = await newUser(api, { password: 'pässwörd-é'.normalize('NFC') });
    await signIn(api, user.email, 'pässwörd-é'.normalize('NFD'));
  });

  it('of others are for admins only', async () => {
    const { accessToken: token, user } = await newUser(api);
    for (const [method, path, body] of [
      ['GET', 'accounts'],
      ['GET', `accounts/${user.id}`],
      ['PATCH', `accounts/${user.id}`, { role: 'admin' }],
      ['DELETE', `accounts/${user.id}`],
      ['POST', `accounts/${user.id}/password-reset`],
    ] as const) {
      expect((await api(method, path, { token, body })).status, `${method} ${path}`).toBe(403);
      expect((await api(method, path, { body })).status, `${method} ${path}`).toBe(401);
    }
    expect((await asAdmin('GET', `accounts/${user.id}`)).body).toMatchObject(user);
  });

  it('that are disabled can do nothing, and old credentials stay invalid when they are enabled again', async () => {
    const { accessToken: token, refreshToken, user, password } = await newUser(api);
    expect((await asAdmin('PATCH', `accounts/${user.id}`, { disabled: true })).body).toMatchObject({ disabled: true });
    expect((await api('GET', 'auth/me', { token })).status).toBe(401);
    expect((await api('POST', 'auth/refresh', { body: { refreshToken } })).status).toBe(401);
    const refused = await api('POST', 'auth/login', { body: { email: user.email, password } });
    expect(refused).toMatchObject({ status: 403, body: { code: 'account_disabled' } });
    const wrong = await api('POST', 'auth/login', { body: { email: user.email, password: 'wrong' } });
    expect(wrong.body.code).toBe('invalid_credentials');
    await asAdmin('PATCH', `accounts/${user.id}`, { disabled: false });
    expect((await api('GET', 'auth/me', { token })).status).toBe(401);
    await signIn(api, user.email, password);
  });

  it('gain and lose the rights of an admin at once', async () => {
    const { accessToken: token, user } = await newUser(api);
    await asAdmin('PATCH', `accounts/${user.id}`, { role: 'admin', lastName: 'Chief' });
    expect((await api('GET', 'accounts', { token })).status).toBe(200);
    await asAdmin('PATCH', `accounts/${user.id}`, { role: 'user' });
    expect((await api('GET', 'accounts', { token })).status).toBe(403);
  });

  it('get a temporary password from an admin, which ends their logins', async () => {
    const { accessToken: token, user, password } = await newUser(api);
    const { status, body } = await asAdmin('POST', `accounts/${user.id}/password-reset`);
    expect(status).toBe(200);
    expect(Object.keys(body)).toEqual(['temporaryPassword']);
    expect((await api('GET', 'auth/me', { token })).status).toBe(401);
    expect((await api('POST', 'auth/login', { body: { email: user.email, password } })).status).toBe(401);
    await signIn(api, user.email, body.temporaryPassword);
    expect((await asAdmin('POST', 'accounts/2147483647/password-reset')).status).toBe(404);
  });

  it('keep their last enabled admin, even if admins demote each other at the same time', async () => {
    const lastAdmin = { status: 409, body: { code: 'last_admin' } };
    const me = `accounts/${admin.user.id}`;
    expect(await asAdmin('PATCH', me, { role: 'user' })).toMatchObject(lastAdmin);
    expect(await asAdmin('PATCH', me, { disabled: true })).toMatchObject(lastAdmin);
    expect(await asAdmin('DELETE', me)).toMatchObject(lastAdmin);
    expect(await asAdmin('DELETE', 'accounts/me')).toMatchObject(lastAdmin);
    expect((await asAdmin('PATCH', me, { disabled: false, role: 'admin', firstName: 'Still' })).status).toBe(200);

    const second = await newUser(api);
    for (let round = 0; round < 5; round++) {
      await server.dataSource.query(`UPDATE users SET role = 'admin' WHERE id IN ($1, $2)`, [
        admin.user.id,
        second.user.id,
      ]);
      const answers = await Promise.all([
        api('PATCH', `accounts/${second.user.id}`, { token: admin.accessToken, body: { role: 'user' } }),
        api('PATCH', me, { token: second.accessToken, body: { role: 'user' } }),
      ]);
      // The second one finds itself already demoted, or the last admin.
      expect(answers.filter(({ status }) => status === 200)).toHaveLength(1);
      const [{ count }] = await server.dataSource.query(`SELECT count(*)::int FROM users WHERE role = 'admin'`);
      expect(count).toBe(1);
    }
    await server.dataSource.query(`UPDATE users SET role = CASE id WHEN $1 THEN 'admin' ELSE 'user' END`, [
      admin.user.id,
    ]);
  });
});

describe('closed registration', () => {
  it('lets only admins create accounts', async () => {
    const server = await startApp({ ...ADMIN_ENV, REGISTRATION: 'closed' });
    try {
      const api = apiOf(server);
      const { accessToken: token } = await signIn(api, ADMIN.email, ADMIN.password);
      const body = { email: 'new@example.org', password: 'a good password', firstName: 'N', lastName: 'E' };
      expect((await api('POST', 'accounts', { body })).status).toBe(401);
      expect((await api('POST', 'accounts', { body, token: 'nonsense' })).status).toBe(401);
      expect((await api('POST', 'accounts', { body, token })).status).toBe(201);
      const user = await signIn(api, body.email, body.password);
      const refused = await api('POST', 'accounts', { body, token: user.accessToken });
      expect(refused).toMatchObject({ status: 403, body: { code: 'registration_closed' } });
    } finally {
      await server.close();
    }
  });
});

describe('the first admin', () => {
  it('is created once, with a password in a file of its own', async () => {
    const server = await startApp({ ADMIN_EMAIL: 'Boss@Example.org' });
    try {
      const file = path.join(server.config.storage.dataDir, 'admin-password');
      const password = (await readFile(file, 'utf8')).trim();
      expect(password.length).toBeGreaterThanOrEqual(20);
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      const api = apiOf(server);
      const { user, accessToken: token } = await signIn(api, 'boss@example.org', password);
      expect(user).toMatchObject({ role: 'admin', email: 'boss@example.org' });
      const isGenerated = async () => (await api('GET', 'auth/me', { token })).body.passwordGenerated as boolean;
      expect(await isGenerated()).toBe(true);

      const again = await createApp(server.config, await server.database.connect());
      await again.init();
      await again.close();
      const [{ count }] = await server.dataSource.query('SELECT count(*)::int FROM users');
      expect(count).toBe(1);
      const body = { currentPassword: password, newPassword: 'a password of my own' };
      expect((await api('PUT', 'accounts/me/password', { token, body })).status).toBe(204);
      expect(await isGenerated()).toBe(false);
    } finally {
      await server.close();
    }
  });

  it('is created once if several nodes boot together', async () => {
    const server = await startApp(ADMIN_ENV);
    try {
      await server.dataSource.query('DELETE FROM users');
      const nodes = await Promise.all(
        [1, 2, 3].map(async () => createApp(server.config, await server.database.connect())),
      );
      await Promise.all(nodes.map((node) => node.init()));
      const [{ count }] = await server.dataSource.query('SELECT count(*)::int FROM users');
      expect(count).toBe(1);
      await Promise.all(nodes.map((node) => node.close()));
      await signIn(apiOf(server), ADMIN.email, ADMIN.password);
    } finally {
      await server.close();
    }
  });

  it('is requested once, however many nodes want one', async () => {
    const server = await startApp(ADMIN_ENV);
    try {
      await server.dataSource.query('DELETE FROM users');
      const repository = server.app.get(AccountsRepository);
      let asked = 0;
      const admin = async (): Promise<NewAccount> => {
        asked++;
        await sleep(50);
        const names = { firstName: 'F', lastName: 'A', birthday: null, role: 'admin' } as const;
        return { email: `admin${asked}@example.org`, passwordHash: 'x', ...names };
      };
      const made = await Promise.all([1, 2, 3].map(() => repository.insertFirstAdmin(admin)));
      expect(made.filter((each) => each !== undefined)).toEqual([{ id: expect.any(Number), endedLogins: [] }]);
      expect(asked).toBe(1);
    } finally {
      await server.close();
    }
  });

  it('is the account with the configured email and password if there are no admins left', async () => {
    const server = await startApp(ADMIN_ENV);
    try {
      const api = apiOf(server);
      await server.dataSource.query(`UPDATE users SET role = 'user', disabled = true, password_hash = 'none'`);
      const node = await createApp(server.config, await server.database.connect());
      await node.init();
      await node.close();
      expect((await signIn(api, ADMIN.email, ADMIN.password)).user).toMatchObject({ role: 'admin', disabled: false });
    } finally {
      await server.close();
    }
  });
});

describeWith('redis-server', 'the first admin on several nodes', () => {
  it('ends the sockets of an existing account that becomes it, on any node', async () => {
    const redis = await startRedis();
    const server = await startApp({ ...ADMIN_ENV, REDIS_URL: redis.url, MEDIA_SHARED: 'true' });
    const circles = CirclesHarness.at(server.url);
    try {
      const socket = await circles.socket(await circles.admin());
      const other = await circles.socket(await circles.person());
      await server.dataSource.query(`UPDATE users SET role = 'user'`);
      const node = await createApp(server.config, await server.database.connect());
      await node.init();
      expect(await socket.untilDisconnected()).toBe('io server disconnect');
      other.socket.emit('webrtc_credentials');
      await other.expect('webrtc_config');
      await node.close();
    } finally {
      circles.hangUp();
      await server.close();
      await redis.stop();
    }
  });
});
