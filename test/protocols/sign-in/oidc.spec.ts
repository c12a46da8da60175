import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newUser, signIn as signInByPassword } from '../../support/api.js';
import { RoomsHarness } from '../../support/rooms.js';
import { type RunningApp } from '../../support/app.js';
import { IdentityProvider, type ProviderPerson } from '../../support/sign-in/identity-provider.js';
import { isCallback, OidcPeople, outcomeOf, PUBLIC_URL } from '../../support/sign-in/oidc-people.js';

describe('signing in at an identity provider', () => {
  let provider: IdentityProvider;
  let harness: RoomsHarness & { readonly app: RunningApp };
  let people: OidcPeople;

  beforeAll(async () => {
    provider = await IdentityProvider.listen();
    provider.serve(PUBLIC_URL);
    harness = await RoomsHarness.start({ ...provider.env, PUBLIC_URL, REGISTRATION: 'open' });
    people = new OidcPeople(harness.app);
  });
  afterAll(async () => {
    await harness.close();
    await provider.close();
  });

  let names = 0;
  /** A person known to the provider. @returns their `sub` */
  const person = (changes: ProviderPerson = {}): string => {
    const sub = `person-${++names}`;
    const email = `${sub}@example.org`;
    provider.people.set(sub, {
      email,
      email_verified: true,
      name: 'Ada King Lovelace',
      groups: ['watchers'],
      ...changes,
    });
    return sub;
  };
  const move = (sub: string, ...groups: string[]) => provider.people.set(sub, { ...provider.people.get(sub), groups });
  const me = (token: string) => people.api('GET', 'auth/me', { token });
  /** Entries of the audit log about an account. */
  const entries = async (id: number) => {
    const { items } = (await harness.admin('GET', 'audit?limit=200')).body;
    return (items as Entry[]).filter(({ target }) => target?.id === String(id)).reverse();
  };
  interface Entry {
    readonly action: string;
    readonly outcome: string;
    readonly target: { readonly id: string | null; readonly label: string | null } | null;
    readonly changes: Readonly<Record<string, unknown>> | null;
  }
  /** The next entry about a sign-in that failed for `reason`. */
  const refusal = (reason: string) =>
    expect
      .poll(async () => {
        const { items } = (await harness.admin('GET', 'audit?limit=200&action=auth.login')).body;
        return (items as Entry[]).find(({ changes }) => changes?.['reason'] === reason)?.outcome;
      })
      .toMatch(/^(failure|refused)$/);

  it('reports the ways to sign in', async () => {
    const { body } = await people.api('GET', 'auth/methods');
    expect(body).toEqual({
      password: true,
      oidc: { label: 'Example ID', startUrl: `${PUBLIC_URL}/api/v1/auth/oidc/start` },
    });
  });

  it('creates an account at the first sign-in, with the role from the groups', async () => {
    const sub = person({ groups: ['others', 'watchers', 'operators'] });
    const browser = people.browser();
    const page = await people.pageFor(sub, browser, '/console/audit?action=x');
    expect(page.href).toMatch(/^http:\/\/switchboard\.test\/console\/audit\?action=x#code=[\w-]{43}$/);
    const { status, body } = await people.exchange(outcomeOf(page).code, browser);
    expect([status, Object.keys(body).sort()]).toEqual([200, ['accessToken', 'expiresIn', 'refreshToken', 'user']]);
    expect(body.user).toMatchObject({
      email: `${sub}@example.org`,
      firstName: 'Ada',
      lastName: 'King Lovelace',
      role: 'operator',
    });
    expect((await me(body.accessToken)).body.role).toBe('operator');
    const written = await entries(body.user.id as number);
    expect(written.map(({ action, outcome }) => [action, outcome])).toEqual([
      ['accounts.create', 'success'],
      ['auth.login', 'success'],
    ]);
    expect(written[1]?.changes).toMatchObject({ issuer: provider.issuer });
    const again = await people.signIn(sub);
    expect(again.body.user.id).toBe(body.user.id);
  });

  it('updates the role each time, and ends all access without a group', async () => {
    const sub = person({ groups: ['admins'] });
    const { body: admin } = await people.signIn(sub);
    expect(admin.user.role).toBe('admin');
    move(sub, 'watchers');
    const { body: viewer } = await people.signIn(sub);
    expect(viewer.user).toMatchObject({ id: admin.user.id, role: 'viewer' });
    expect((await me(admin.accessToken)).body.role).toBe('viewer');
    move(sub);
    expect(outcomeOf(await people.pageFor(sub))).toEqual({ error: 'no_role' });
    for (const { accessToken, refreshToken } of [admin, viewer]) {
      expect((await me(accessToken)).status).toBe(401);
      expect((await people.api('POST', 'auth/refresh', { body: { refreshToken } })).status).toBe(401);
    }
    await refusal('no_role');
    const actions = (await entries(admin.user.id as number)).map(({ action, outcome }) => `${action} ${outcome}`);
    expect(actions.slice(-4)).toEqual([
      'auth.login success',
      'accounts.end-logins success',
      'accounts.update success',
      'auth.login refused',
    ]);
    expect((await harness.admin('GET', `accounts/${admin.user.id}`)).body.role).toBe('user');
    move(sub, 'watchers');
    expect((await people.signIn(sub)).body.user.role).toBe('viewer');
  });

  it('gives no tokens for a code from before the loss of a group', async () => {
    const sub = person();
    await people.signIn(sub);
    const browser = people.browser();
    const { code } = outcomeOf(await people.pageFor(sub, browser));
    move(sub);
    expect(outcomeOf(await people.pageFor(sub))).toEqual({ error: 'no_role' });
    const late = await people.exchange(code, browser);
    expect([late.status, late.body.code]).toEqual([401, 'unauthenticated']);
  });

  it('refuses an answer that is moved to another browser', async () => {
    const answer = await people.answerFor(person(), people.browser());
    const other = people.browser();
    expect(outcomeOf(new URL((await other.visit(answer)).headers.get('location') ?? '', PUBLIC_URL))).toEqual({
      error: 'other_browser',
    });
    // Even to one that has started a sign-in of its own.
    await people.answerFor(person(), other);
    const carried = await other.visit(answer, { headers: { accept: 'application/json' } });
    expect(carried.status).toBe(401);
    expect(JSON.parse(carried.body)).toMatchObject({ code: 'sign_in_failed', reason: 'other_browser' });
    await refusal('other_browser');
  });

  it('accepts each answer once, even if the browser kept its cookie', async () => {
    const browser = people.browser();
    const answer = await people.answerFor(person(), browser);
    const cookies = new Map(browser.cookiesOf(answer));
    const first = await browser.visit(answer);
    expect(first.headers.get('location')).toContain('#code=');
    for (const [name, value] of cookies) browser.cookiesOf(answer).set(name, value);
    expect((await browser.visit(answer)).headers.get('location')).toContain('#error=state_reused');
    await refusal('state_reused');
  });

  it('gives the tokens once, and to the browser that signed in', async () => {
    const browser = people.browser();
    const { code } = outcomeOf(await people.pageFor(person(), browser));
    expect((await people.exchange(code, browser)).status).toBe(200);
    const again = await people.exchange(code, browser);
    expect([again.status, again.body.reason]).toEqual([401, 'exchange_refused']);
    const { code: stolen } = outcomeOf(await people.pageFor(person(), browser));
    const elsewhere = await people.exchange(stolen, people.browser());
    expect([elsewhere.status, elsewhere.body.reason]).toEqual([401, 'other_browser']);
    // A program has no browser to protect.
    const { code: own } = outcomeOf(await people.pageFor(person(), browser));
    expect((await people.exchange(own)).status).toBe(200);
  });

  it('lets several tabs of a browser sign in at the same time', async () => {
    const browser = people.browser();
    const first = await people.answerFor(person(), browser);
    const second = await browser.visit(`${PUBLIC_URL}/api/v1/auth/oidc/start`);
    expect((await browser.visit(first)).headers.get('location')).toContain('/console/audit#code=');
    const back = await browser.go(second.headers.get('location') ?? '', isCallback);
    expect((await browser.visit(back)).headers.get('location')).toContain('/console/#code=');
  });

  it('reports a cancellation at the provider, and removed PKCE', async () => {
    expect(outcomeOf(await people.pageFor(''))).toEqual({ error: 'cancelled' });
    const browser = people.browser();
    const begun = await browser.visit(`${PUBLIC_URL}/api/v1/auth/oidc/start`);
    const toProvider = new URL(begun.headers.get('location') ?? '');
    expect(toProvider.searchParams.get('code_challenge_method')).toBe('S256');
    toProvider.searchParams.delete('code_challenge');
    toProvider.searchParams.delete('code_challenge_method');
    const back = await browser.go(toProvider, ({ href }) => href.startsWith(PUBLIC_URL));
    expect((await browser.visit(back)).headers.get('location')).toBe('/console/#error=provider_refused');
  });

  it('links an account by an email verified by the provider, and ends its other credentials', async () => {
    const { user, password, accessToken } = await newUser(people.api);
    const sub = person({ email: user.email.toUpperCase() });
    const { body } = await people.signIn(sub);
    expect(body.user.id).toBe(user.id);
    expect((await me(accessToken)).status).toBe(401);
    const login = await people.api('POST', 'auth/login', { body: { email: user.email, password } });
    expect([login.status, login.body.code]).toEqual([401, 'invalid_credentials']);
    const change = { currentPassword: password, newPassword: 'something else' };
    const changed = await people.api('PUT', 'accounts/me/password', { token: body.accessToken, body: change });
    expect([changed.status, changed.body.code]).toEqual([409, 'no_password']);
    expect((await entries(user.id)).map(({ action }) => action)).toContain('accounts.remove-password');
    // An email changed at the provider does not lead to another account.
    provider.people.set(sub, { ...provider.people.get(sub), email: 'admin@example.org' });
    expect((await people.signIn(sub)).body.user.id).toBe(user.id);
  });

  it.each([
    ['email_unverified', 'is not verified', { email_verified: false }],
    ['email_taken', 'belongs to another person there', {}],
  ])('refuses with %s an email that %s', async (reason, _why, changes) => {
    const { user, password } = await newUser(people.api);
    if (reason === 'email_taken') await people.signIn(person({ email: user.email }));
    expect(outcomeOf(await people.pageFor(person({ email: user.email, ...changes })))).toEqual({ error: reason });
    await refusal(reason);
    if (reason === 'email_unverified') await signInByPassword(people.api, user.email, password);
  });

  it('refuses a disabled account, even between the code and the tokens', async () => {
    const sub = person();
    const { id } = (await people.signIn(sub)).body.user;
    const browser = people.browser();
    const { code } = outcomeOf(await people.pageFor(sub, browser));
    await harness.admin('PATCH', `accounts/${id}`, { disabled: true });
    expect((await people.exchange(code, browser)).status).toBe(401);
    expect(outcomeOf(await people.pageFor(sub))).toEqual({ error: 'account_disabled' });
    await refusal('account_disabled');
  });

  it('does not demote the last admin', async () => {
    const sub = person({ email: 'admin@example.org' });
    expect(outcomeOf(await people.pageFor(sub))).toEqual({ error: 'last_admin' });
    move(sub, 'admins');
    const { body } = await people.signIn(sub);
    expect(body.user).toMatchObject({ email: 'admin@example.org', role: 'admin' });
    // The server created it at boot, so its password stays.
    await signInByPassword(people.api, 'admin@example.org', 'an admin password');
    move(sub);
    expect(outcomeOf(await people.pageFor(sub))).toEqual({ error: 'no_role' });
    const { accessToken } = await signInByPassword(people.api, 'admin@example.org', 'an admin password');
    expect((await me(accessToken)).body.role).toBe('admin');
  });

  it('refuses a person without an email', async () => {
    const sub = person();
    provider.people.set(sub, { groups: ['watchers'] });
    expect(outcomeOf(await people.pageFor(sub))).toEqual({ error: 'email_missing' });
  });

  it.each(['//evil.example', '/..//evil.example', '/\\evil.example', 'https://evil.example', '/a\r\nx: y'])(
    'does not return to %j',
    async (returnTo) => {
      const { status, body } = await people.api(
        'GET',
        `auth/oidc/start?${new URLSearchParams({ returnTo }).toString()}`,
      );
      expect([status, body.errors?.[0].field]).toEqual([422, 'returnTo']);
    },
  );

  it('stores nothing of it in clear text', async () => {
    const browser = people.browser();
    const answer = await people.answerFor(person(), browser);
    const cookie = browser.cookiesOf(new URL(PUBLIC_URL)).get('switchboard-sign-in') ?? '';
    expect(Buffer.from(cookie, 'base64url').toString('latin1')).not.toContain(answer.searchParams.get('state'));
    const sent = (await browser.visit(`${PUBLIC_URL}/api/v1/auth/oidc/start`)).headers.getSetCookie();
    expect(sent).toEqual([
      expect.stringMatching(/^switchboard-sign-in=.*; Max-Age=600; Path=\/; .*HttpOnly; SameSite=Lax$/),
    ]);
  });
});
