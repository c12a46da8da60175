import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newMachineKey } from '../../src/modules/auth/machine-keys/machine-key.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, newUser, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

describe('machine keys', () => {
  let server: RunningApp;
  let api: Api;
  let admin: string;

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0', TRUSTED_PROXIES: '127.0.0.1' });
    api = apiOf(server);
    admin = (await signIn(api, ADMIN.email, ADMIN.password)).accessToken;
  });
  afterAll(() => server.close());

  const make = async (wish: object = {}, token = admin) => {
    const body = { name: 'Import', scopes: ['services:read'], ...wish };
    const answer = await api('POST', 'machine-keys', { token, body });
    expect([answer.status, answer.body.code]).toEqual([201, undefined]);
    return answer.body as { id: number; key: string; prefix: string; [member: string]: unknown };
  };
  const use = async (token: string, from?: string, path = 'services') => {
    const { status } = await api('GET', path, {
      token,
      headers: from === undefined ? {} : { 'x-forwarded-for': from },
    });
    return status;
  };
  const newAdmin = async () => {
    const made = await newUser(api);
    await api('PATCH', `accounts/${made.user.id}`, { token: admin, body: { role: 'admin' } });
    return made;
  };

  it('are shown once, listed without their secret, and used by programs', async () => {
    const before = Date.now();
    const made = await make({ expiresInSeconds: 3600, allowedNetworks: ['127.0.0.0/8', '2001:db8::/48'] });
    expect(made.key).toMatch(/^sbk_[0-9A-Za-z]{49}$/);
    expect(Date.parse(made.expiresAt as string) - before).toBeGreaterThanOrEqual(3_599_000);
    expect(await use(made.key)).toBe(200);
    const listed = async () => (await api('GET', `machine-keys/${made.id}`, { token: admin })).body;
    await expect.poll(async () => (await listed()).lastUsedFrom).toBe('127.0.0.1');
    const { key, ...shown } = made;
    expect(await listed()).toEqual({ ...shown, lastUsedAt: expect.any(String), lastUsedFrom: '127.0.0.1' });
    const all = await api('GET', 'machine-keys?limit=200', { token: admin });
    expect(all.body.items).toContainEqual(await listed());
    expect(JSON.stringify(all.body)).not.toContain(key);
    expect((await api('POST', 'services', { token: key, body: { title: 'x' } })).body).toMatchObject({
      code: 'insufficient_scope',
      detail: 'This needs the scope services:write.',
    });
  });

  it('act where admins act', async () => {
    const { key } = await make({ scopes: ['*:read', '*:write'] });
    const service = await api('POST', 'services', { token: key, body: { title: 'By a key' } });
    expect(service.status).toBe(201);
    const revoked = await api('POST', 'revocations', { token: key, body: { service: service.body.id } });
    expect([revoked.status, revoked.body.createdBy]).toEqual([201, 1]);
    expect((await api('GET', 'accounts/1/logins', { token: key })).body.items[0].current).toBe(false);
    for (const path of ['calls', 'lobby/tokens', 'connections', 'nodes', 'config'])
      expect(await use(key, undefined, path)).toBe(200);
    expect((await api('GET', 'accounts/me', { token: key })).body.code).toBe('forbidden');
  });

  it.each([
    [{ scopes: [] }, 'scopes'],
    [{ scopes: ['services'] }, 'scopes'],
    [{ scopes: ['nothing:read'] }, 'scopes'],
    [{ scopes: ['__proto__:read'] }, 'scopes'],
    [{ scopes: ['services:read', 7] }, 'scopes'],
    [{ scopes: Array(101).fill('services:read') }, 'scopes'],
    [{ allowedNetworks: [] }, 'allowedNetworks'],
    [{ allowedNetworks: ['10.0.0.0/33'] }, 'allowedNetworks'],
    [{ allowedNetworks: ['::ffff:10.0.0.0/8'] }, 'allowedNetworks'],
    [{ allowedNetworks: ['fe80::1%eth0'] }, 'allowedNetworks'],
    [{ expiresInSeconds: 0 }, 'expiresInSeconds'],
    [{ name: ' ' }, 'name'],
  ])('are not created with %j', async (wish, field) => {
    const body = { name: 'Import', scopes: ['services:read'], ...wish };
    const answer = await api('POST', 'machine-keys', { token: admin, body });
    expect([answer.status, answer.body.errors?.[0].field]).toEqual([422, field]);
  });

  it('are valid only in their networks and until they expire', async () => {
    const { key } = await make({ allowedNetworks: ['192.0.2.0/24', '2001:db8::/48', '::ffff:198.51.100.7'] });
    for (const from of ['192.0.2.9', '2001:db8:0:7::1', '198.51.100.7']) expect(await use(key, from)).toBe(200);
    for (const from of ['192.0.3.9', '2001:db9::1', '198.51.100.8']) expect(await use(key, from)).toBe(401);
    const short = await make({ expiresInSeconds: 3600 });
    expect(await use(short.key)).toBe(200);
    await server.dataSource.query(`UPDATE machine_keys SET expires_at = now() - interval '1 second' WHERE id = $1`, [
      short.id,
    ]);
    expect(await use(short.key)).toBe(401);
    const gone = await make();
    expect((await api('DELETE', `machine-keys/${gone.id}`, { token: admin })).status).toBe(204);
    expect(await use(gone.key)).toBe(401);
    expect((await api('DELETE', `machine-keys/${gone.id}`, { token: admin })).status).toBe(404);
  });

  it('are rotated with and without an overlap', async () => {
    const first = await make();
    const rotate = async (body: object) => {
      const answer = await api('POST', `machine-keys/${first.id}/rotate`, { token: admin, body });
      expect(answer.status).toBe(200);
      return answer.body as { key: string; prefix: string };
    };
    const second = await rotate({ overlapSeconds: 600 });
    expect([await use(first.key), await use(second.key)]).toEqual([200, 200]);
    expect(second.key.startsWith(second.prefix)).toBe(true);
    await server.dataSource.query(`UPDATE machine_keys SET previous_until = now() WHERE id = $1`, [first.id]);
    expect([await use(first.key), await use(second.key)]).toEqual([401, 200]);
    const third = await rotate({ overlapSeconds: 600 });
    const fourth = await rotate({});
    expect([await use(second.key), await use(third.key), await use(fourth.key)]).toEqual([401, 401, 200]);
  });

  it('cannot grant more than they have', async () => {
    const maker = await make({ scopes: ['machine-keys:write', 'services:read', 'machine-keys:read'] });
    const other = await make({ scopes: ['*:write'] });
    const child = await make({ scopes: ['services:read'] }, maker.key);
    expect(child.createdBy).toBe(1);
    for (const scopes of [['services:write'], ['*:read'], ['services:read', 'accounts:write']]) {
      const { status, body } = await api('POST', 'machine-keys', { token: maker.key, body: { name: 'x', scopes } });
      expect([status, body.code]).toEqual([403, 'insufficient_scope']);
    }
    const taken = await api('POST', `machine-keys/${other.id}/rotate`, { token: maker.key, body: {} });
    expect([taken.status, taken.body.code]).toEqual([403, 'insufficient_scope']);
    expect((await api('POST', `machine-keys/${child.id}/rotate`, { token: maker.key, body: {} })).status).toBe(200);
  });

  it.each([
    ['is disabled', (id: number) => api('PATCH', `accounts/${id}`, { token: admin, body: { disabled: true } })],
    [
      'is no longer an admin',
      (id: number) => api('PATCH', `accounts/${id}`, { token: admin, body: { role: 'operator' } }),
    ],
    ['is deleted', (id: number) => api('DELETE', `accounts/${id}`, { token: admin })],
  ])('end with their creator, who %s', async (_how, end) => {
    const maker = await newAdmin();
    const { id, key } = await make({}, maker.accessToken);
    expect(await use(key)).toBe(200);
    await end(maker.user.id);
    expect(await use(key)).toBe(401);
    expect((await api('GET', `machine-keys/${id}`, { token: admin })).status).toBe(404);
  });

  it('are refused while their creator is revoked', async () => {
    const maker = await newAdmin();
    const { key } = await make({}, maker.accessToken);
    await api('POST', 'revocations', { token: admin, body: { user: maker.user.id } });
    expect(await use(key)).toBe(401);
  });

  it('are nowhere in clear text in the database', async () => {
    const { id, key } = await make();
    const rotated = await api('POST', `machine-keys/${id}/rotate`, { token: admin, body: { overlapSeconds: 60 } });
    expect([await use(key), await use(rotated.body.key as string)]).toEqual([200, 200]);
    const tables: { name: string }[] = await server.dataSource.query(
      `SELECT quote_ident(table_name) AS name FROM information_schema.tables WHERE table_schema = 'public'`,
    );
    expect(tables.length).toBeGreaterThan(20);
    const rows = await Promise.all(
      tables.map(async ({ name }): Promise<string> => {
        const found: { row: string }[] = await server.dataSource.query(`SELECT t::text AS row FROM ${name} t`);
        return found.map(({ row }) => row).join('\n');
      }),
    );
    const text = rows.join('\n');
    // The search does find what is there.
    expect(text).toContain((rotated.body.key as string).slice(0, 12));
    for (const secret of [key, rotated.body.key as string, ADMIN.password, admin]) {
      for (const form of [
        secret,
        Buffer.from(secret).toString('hex'),
        Buffer.from(secret).toString('base64').slice(0, -4),
      ])
        expect(text).not.toContain(form);
    }
    expect(text).not.toContain(key.slice(13));
  });

  it('slow an address that guesses, and no other', async () => {
    const { key } = await make();
    const guesses = new AbortController();
    const seen: (number | undefined)[] = [];
    const count = (status: number) => seen.filter((each) => each === status).length;
    const wrong = Array.from({ length: 500 }, async () => {
      const headers = { authorization: `Bearer ${newMachineKey().key}`, 'x-forwarded-for': '203.0.113.5' };
      const init = { headers, signal: guesses.signal };
      const answer = await fetch(`${server.url}/api/v1/services`, init).catch(() => undefined);
      seen.push(answer?.status);
    });
    // Those beyond the waiting ones are turned away.
    await expect.poll(() => count(429), { timeout: 30_000 }).toBeGreaterThan(400);
    expect(count(401)).toBeGreaterThanOrEqual(10);
    expect(count(401)).toBeLessThan(25);
    expect([await use(key, '203.0.113.6'), await use(key, '203.0.113.5')]).toEqual([200, 200]);
    expect(await use(newMachineKey().key, '203.0.113.6')).toBe(401);
    guesses.abort();
    await Promise.all(wrong);
  });
});
