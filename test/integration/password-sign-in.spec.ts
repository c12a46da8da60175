import { afterEach, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_ENV, apiOf, newUser, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

/** Never contacted here. */
const OIDC = { OIDC_ISSUER: 'http://127.0.0.1:9/', OIDC_CLIENT_ID: 'switchboard' };

describe('PASSWORD_SIGN_IN', () => {
  let server: RunningApp | undefined;
  afterEach(() => server?.close());

  const start = async (mode: string) => {
    server = await startApp({ ...ADMIN_ENV, ...OIDC, PASSWORD_SIGN_IN: mode, REGISTRATION: 'open' });
    return apiOf(server);
  };
  const person = { email: 'p@example.org', password: 'a good password', firstName: 'P', lastName: 'Q' };

  it('off accepts no password, and does not reveal which accounts exist', async () => {
    const api = await start('off');
    expect((await api('GET', 'auth/methods')).body).toMatchObject({
      password: false,
      oidc: { label: 'single sign-on' },
    });
    for (const email of [ADMIN.email, 'nobody@example.org']) {
      const { status, body } = await api('POST', 'auth/login', { body: { email, password: ADMIN.password } });
      expect([status, body.code]).toEqual([403, 'password_sign_in_off']);
    }
    expect((await api('POST', 'accounts', { body: person })).status).toBe(401);
  });

  it('fallback is for accounts that the server created at boot', async () => {
    const api = await start('fallback');
    expect((await api('GET', 'auth/methods')).body.password).toBe(true);
    const { accessToken: token } = await signIn(api, ADMIN.email, ADMIN.password);
    const made = await api('POST', 'accounts', { token, body: person });
    expect(made.status).toBe(201);
    const login = await api('POST', 'auth/login', { body: { email: person.email, password: person.password } });
    expect([login.status, login.body.code]).toEqual([401, 'invalid_credentials']);
    const reset = await api('POST', `accounts/${made.body.id}/password-reset`, { token });
    expect([reset.status, reset.body.code]).toEqual([403, 'password_sign_in_off']);
    expect((await api('POST', 'accounts', { body: { ...person, email: 'q@example.org' } })).status).toBe(401);
    const change = { currentPassword: ADMIN.password, newPassword: 'another good one' };
    expect((await api('PUT', 'accounts/me/password', { token, body: change })).status).toBe(204);
  });

  it('on works as usual, next to a provider', async () => {
    const api = await start('on');
    expect((await newUser(api)).user.email).toContain('@');
  });
});
