import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_ENV, type Api, apiOf, newUser, type Session, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { CirclesClient } from '../support/circles.js';
import { FetchBrowser } from '../support/sign-in/fetch-browser.js';
import { LyingProvider } from '../support/sign-in/lying-provider.js';

describe('the identities of an account', () => {
  let provider: LyingProvider;
  let server: RunningApp;
  let api: Api;
  let admin: Session;

  beforeAll(async () => {
    provider = await LyingProvider.listen();
    server = await startApp({ ...ADMIN_ENV, ...provider.env, REGISTRATION: 'open', REST_RATE: '0' });
    api = apiOf(server);
    admin = await signIn(api, ADMIN.email, ADMIN.password);
  });
  afterEach(() => {
    provider.lies = {};
  });
  afterAll(async () => {
    await server.close();
    await provider.close();
  });

  let people = 0;
  /** A person known to the provider as `sub`. */
  const person = () => {
    const sub = `person-${Date.now()}-${people++}`;
    return { sub, email: `${sub}@example.org` };
  };
  const begin = async (claims: { sub: string; email: string }): Promise<string> => {
    provider.lies = { claims, userInfo: { sub: claims.sub } };
    const browser = new FetchBrowser();
    const at = `${server.url}/api/v1/auth/oidc/`;
    const answer = provider.answerTo((await browser.visit(`${at}start`)).headers.get('location') ?? '');
    const { headers } = await browser.visit(`${at}callback?${answer.toString()}`);
    return new URL(headers.get('location') ?? '', server.url).hash;
  };
  const exchange = (hash: string) => api('POST', 'auth/oidc/exchange', { body: { code: hash.replace('#code=', '') } });
  const enter = async (claims: { sub: string; email: string }) => (await exchange(await begin(claims))).body as Session;

  const identities = async (token: string, account: number | 'me') =>
    (await api('GET', `accounts/${account}/identities`, { token })).body.items;
  const unlink = (token: string, account: number | 'me', id: number) =>
    api('DELETE', `accounts/${account}/identities/${id}`, { token });
  const statusOf = async ({ accessToken }: Session) => (await api('GET', 'auth/me', { token: accessToken })).status;

  it('are listed and unlinked by an admin: logins and their sockets end, and another identity may link', async () => {
    const who = person();
    const session = await enter(who);
    const socket = await (await CirclesClient.open(server.url)).login(session.accessToken);
    const { id } = session.user;
    const [identity, ...more] = await identities(admin.accessToken, id);
    expect(identity).toMatchObject({ issuer: provider.issuer, subject: who.sub });
    expect(identity.createdAt).toMatch(/Z$/);
    expect(more).toEqual([]);
    expect(await identities(session.accessToken, 'me')).toEqual([identity]);
    // Another subject is somebody else, who must not get the account.
    const again = { ...who, sub: `${who.sub}-again` };
    expect(await begin(again)).toBe('#error=email_taken');

    expect((await unlink(admin.accessToken, admin.user.id, identity.id)).status).toBe(404);
    expect((await unlink(session.accessToken, id, identity.id)).status).toBe(403);
    const answer = await unlink(admin.accessToken, id, identity.id);
    expect(answer.status).toBe(204);
    await expect.poll(() => socket.disconnected).toBe('io server disconnect');
    expect(await statusOf(session)).toBe(401);
    expect(await identities(admin.accessToken, id)).toEqual([]);
    expect((await unlink(admin.accessToken, id, identity.id)).status).toBe(404);
    const { items } = (await api('GET', 'audit?action=accounts.unlink', { token: admin.accessToken })).body;
    expect(items[0]).toMatchObject({
      requestId: answer.headers.get('x-request-id'),
      target: { kind: 'identity', id: String(identity.id), label: who.sub },
      changes: { issuer: { before: provider.issuer }, userId: { before: id } },
    });
    expect((await enter(again)).user.id).toBe(id);
  });

  it('are unlinked by an owner with a password, whose password logins continue', async () => {
    const who = person();
    const session = await enter(who);
    const token = session.accessToken;
    const [identity] = await identities(token, 'me');
    const alone = await unlink(token, 'me', identity.id);
    expect([alone.status, alone.body.code]).toEqual([409, 'last_sign_in']);
    expect(await statusOf(session)).toBe(200);

    const reset = await api('POST', `accounts/${session.user.id}/password-reset`, { token: admin.accessToken });
    const byPassword = await signIn(api, who.email, reset.body.temporaryPassword);
    const byIdentity = await enter(who);
    expect((await unlink(byPassword.accessToken, 'me', identity.id)).status).toBe(204);
    expect([await statusOf(byPassword), await statusOf(byIdentity)]).toEqual([200, 401]);
    expect(await identities(byPassword.accessToken, 'me')).toEqual([]);
  });

  it('sign nobody in who was authenticated before the unlinking', async () => {
    const who = person();
    const { user, accessToken } = await enter(who);
    const code = await begin(who);
    const [identity] = await identities(accessToken, 'me');
    expect((await unlink(admin.accessToken, user.id, identity.id)).status).toBe(204);
    expect((await exchange(code)).status).toBe(401);
  });

  it('are empty for an account with only a password', async () => {
    const { accessToken: token, user } = await newUser(api);
    expect(await identities(token, 'me')).toEqual([]);
    expect((await unlink(token, 'me', 1)).status).toBe(404);
    expect((await api('GET', 'accounts/999999/identities', { token: admin.accessToken })).status).toBe(404);
    expect((await api('GET', `accounts/${user.id}/identities`, { token })).status).toBe(403);
  });

  it('leave no password to change', async () => {
    const { accessToken: token } = await enter(person());
    expect((await api('GET', 'auth/me', { token })).body.passwordSignIn).toBe(false);
    expect((await api('GET', 'auth/me', { token: admin.accessToken })).body.passwordSignIn).toBe(true);
    const body = { currentPassword: 'whatever it is', newPassword: 'another good one' };
    const { status, body: problem } = await api('PUT', 'accounts/me/password', { token, body });
    expect([status, problem.code]).toEqual([409, 'no_password']);
  });
});
