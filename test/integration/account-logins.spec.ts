import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_ENV, type Api, apiOf, newUser, type Session, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { CirclesClient } from '../support/circles.js';

interface ListedLogin {
  readonly id: number;
  readonly createdAt: string;
  readonly lastUsedAt: string;
  readonly current: boolean;
}

describe('the logins of an account', () => {
  let server: RunningApp;
  let api: Api;
  let admin: Session;

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0' });
    api = apiOf(server);
    admin = await signIn(api, ADMIN.email, ADMIN.password);
  });
  afterAll(() => server.close());

  const loginsOf = async (token: string, account: number | 'me'): Promise<ListedLogin[]> => {
    const { status, body } = await api('GET', `accounts/${account}/logins`, { token });
    expect(status).toBe(200);
    return body.items as ListedLogin[];
  };
  const statusOf = async ({ accessToken }: Session) => (await api('GET', 'auth/me', { token: accessToken })).status;
  const from = (userAgent: string) => ({ 'user-agent': userAgent });

  it('are listed with address and program, and the caller’s own is marked', async () => {
    const { user, password, accessToken } = await newUser(api);
    const body = { email: user.email, password };
    await api('POST', 'auth/login', { body, headers: from(`Kiosk/${'9'.repeat(400)}`) });
    const mine = await loginsOf(accessToken, 'me');
    expect(mine).toMatchObject([
      { address: '127.0.0.1', current: true },
      { address: '127.0.0.1', current: false, userAgent: `Kiosk/${'9'.repeat(250)}` },
    ]);
    expect(mine[0]!.lastUsedAt).toMatch(/Z$/);
    const theirs = await loginsOf(admin.accessToken, user.id);
    expect(theirs).toEqual(mine.map((login) => ({ ...login, current: false })));
    const first = await api('GET', 'accounts/me/logins?limit=1', { token: accessToken });
    const rest = await api('GET', `accounts/me/logins?cursor=${first.body.nextCursor}`, { token: accessToken });
    expect([...first.body.items, ...rest.body.items]).toEqual(mine);
  });

  it('are updated with each refresh, and left out once expired', async () => {
    const { user, password, refreshToken, accessToken } = await newUser(api);
    const other = await signIn(api, user.email, password);
    const [before] = await loginsOf(accessToken, 'me');
    await server.dataSource.query(`UPDATE logins SET last_used_at = '2026-01-01' WHERE id = $1`, [before!.id]);
    const refreshed = await api('POST', 'auth/refresh', { body: { refreshToken }, headers: from('Kiosk/2') });
    expect(refreshed.status).toBe(200);
    const [after, ended] = await loginsOf(accessToken, 'me');
    expect(after).toMatchObject({ id: before!.id, createdAt: before!.createdAt, userAgent: 'Kiosk/2' });
    expect(Date.parse(after!.lastUsedAt)).toBeGreaterThanOrEqual(Date.parse(before!.lastUsedAt));
    await server.dataSource.query(`UPDATE logins SET expires_at = '2026-01-01' WHERE id = $1`, [ended!.id]);
    expect(await loginsOf(accessToken, 'me')).toEqual([after]);
    expect(await statusOf(other)).toBe(401);
  });

  it('can be ended one by one or all, with their sockets', async () => {
    const mine = await newUser(api);
    const other = await signIn(api, mine.user.email, mine.password);
    const third = await signIn(api, mine.user.email, mine.password);
    const socket = await (await CirclesClient.open(server.url)).login(other.accessToken);
    const [, second] = await loginsOf(mine.accessToken, 'me');
    const end = (who: Session, path: string) => api('DELETE', `accounts/${path}`, { token: who.accessToken });
    expect((await end(mine, `me/logins/${second!.id}`)).status).toBe(204);
    await expect.poll(() => socket.disconnected).toBe('io server disconnect');
    expect([await statusOf(mine), await statusOf(other), await statusOf(third)]).toEqual([200, 401, 200]);
    expect((await end(mine, `me/logins/${second!.id}`)).status).toBe(404);
    expect((await end(admin, `${mine.user.id}/logins/all`)).status).toBe(204);
    expect([await statusOf(mine), await statusOf(third), await statusOf(admin)]).toEqual([401, 401, 200]);
    expect((await end(admin, `${mine.user.id}/logins/all`)).status).toBe(204);
  });

  it('of others are neither shown nor ended', async () => {
    const [alice, bob] = [await newUser(api), await newUser(api)];
    const [login] = await loginsOf(bob.accessToken, 'me');
    const asAlice = (method: string, path: string) => api(method, `accounts/${path}`, { token: alice.accessToken });
    expect((await asAlice('DELETE', `me/logins/${login!.id}`)).status).toBe(404);
    expect((await asAlice('GET', `${bob.user.id}/logins`)).status).toBe(403);
    expect((await asAlice('DELETE', `${bob.user.id}/logins/all`)).status).toBe(403);
    expect((await asAlice('DELETE', 'me/logins/each')).status).toBe(422);
    expect((await api('GET', 'accounts/999999/logins', { token: admin.accessToken })).status).toBe(404);
    expect((await api('DELETE', 'accounts/999999/logins/all', { token: admin.accessToken })).status).toBe(404);
    expect(
      (await api('DELETE', `accounts/${alice.user.id}/logins/${login!.id}`, { token: admin.accessToken })).status,
    ).toBe(404);
    expect(await statusOf(bob)).toBe(200);
  });
});
