import { generateKeyPair } from 'jose';
import { createServer } from 'node:http';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { MonotonicClock, SystemMonotonicClock } from '../../src/common/time/monotonic-clock.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { FetchBrowser } from '../support/sign-in/fetch-browser.js';
import { type Lies, LyingProvider, SECRET } from '../support/sign-in/lying-provider.js';

const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

describe('answers of an identity provider', () => {
  let provider: LyingProvider;
  let server: RunningApp;
  let api: Api;
  let admin: string;

  beforeAll(async () => {
    provider = await LyingProvider.listen();
    server = await startApp({ ...ADMIN_ENV, ...provider.env, REST_RATE: '0' });
    api = apiOf(server);
    admin = (await signIn(api, ADMIN.email, ADMIN.password)).accessToken;
  });
  afterEach(() => {
    provider.lies = {};
    vi.restoreAllMocks();
  });
  afterAll(async () => {
    await server.close();
    await provider.close();
  });

  const at = (path: string) => `${server.url}/api/v1/auth/oidc/${path}`;
  /** Starts a sign-in, and returns with the provider's answer as changed by `change`. */
  const comeBack = async (change: (answer: URLSearchParams) => void = () => undefined) => {
    const browser = new FetchBrowser();
    const begun = await browser.visit(at('start'));
    const answer = provider.answerTo(begun.headers.get('location') ?? '');
    change(answer);
    const { headers } = await browser.visit(at(`callback?${answer.toString()}`));
    return headers.get('location') ?? '';
  };
  const reasons = async () => {
    const { items } = (await api('GET', 'audit?limit=200&action=auth.login', { token: admin })).body;
    return (items as { changes: { reason?: string } | null }[]).map(({ changes }) => changes?.reason);
  };

  it('are accepted if valid, with the proof of PKCE', async () => {
    expect(await comeBack()).toMatch(/^\/console\/#code=/);
    const { code_verifier: verifier, redirect_uri: redirect } = Object.fromEntries(provider.asked.at(-1) ?? []);
    expect(verifier).toMatch(/^[\w-]{43}$/);
    expect(redirect).toMatch(/^http:\/\/127\.0\.0\.1:\d+\/api\/v1\/auth\/oidc\/callback$/);
  });

  const soon = () => Math.floor(Date.now() / 1_000);
  it.each<[string, string, () => Lies | Promise<Lies>]>([
    ['wrong_nonce', 'another nonce', () => ({ claims: { nonce: 'of another sign-in' } })],
    ['bad_answer', 'no nonce', () => ({ claims: { nonce: undefined } })],
    ['token_expired', 'an exp that has passed', () => ({ claims: { exp: soon() - 60 } })],
    ['token_expired', 'an nbf in the future', () => ({ claims: { nbf: soon() + 300 } })],
    ['other_issuer', 'another iss', () => ({ claims: { iss: 'https://evil.example' } })],
    ['other_audience', 'another aud', () => ({ claims: { aud: 'another' } })],
    ['other_audience', 'an azp of another client', () => ({ claims: { aud: ['sb', 'another'], azp: 'another' } })],
    [
      'bad_signature',
      'HS256 by the secret',
      () => ({ header: { alg: 'HS256' }, key: new TextEncoder().encode(SECRET) }),
    ],
    ['bad_signature', 'alg none', () => ({ idToken: (claims) => `${part({ alg: 'none' })}.${part(claims)}.` })],
    ['bad_signature', 'another key with that id', async () => ({ key: (await generateKeyPair('RS256')).privateKey })],
    ['unknown_key', 'an unknown kid', () => ({ header: { kid: 'elsewhere' } })],
    [
      'unknown_key',
      'a withdrawn key',
      async () => ({ key: await provider.rotate(), header: { kid: 'key-1' } }) as Lies,
    ],
    ['code_refused', 'no tokens', () => ({ status: 400 })],
    ['provider_away', 'an error from the provider', () => ({ status: 502 })],
    ['bad_answer', 'a subject of another in UserInfo', () => ({ userInfo: { sub: 'another' } })],
    [
      'bad_answer',
      'a subject of 300 characters',
      () => ({ claims: { sub: 'x'.repeat(300), groups: [] }, userInfo: { sub: 'x'.repeat(300) } }),
    ],
  ])('are %s with %s', async (reason, _what, lies) => {
    provider.lies = await lies();
    expect(await comeBack()).toBe(`/console/#error=${reason}`);
    await expect.poll(reasons).toContain(reason);
  });

  it('are accepted with a new key', async () => {
    await provider.rotate();
    expect(await comeBack()).toContain('#code=');
  });

  it('cannot take a verified email from another source', async () => {
    const victim = { email: ADMIN.email, email_verified: true };
    // One source has the address, the other says that some address is verified.
    provider.lies = {
      claims: { sub: 'mixer', email: ADMIN.email, email_verified: undefined },
      userInfo: { sub: 'mixer', ...victim },
    };
    expect(await comeBack()).toBe('/console/#error=email_unverified');
  });

  it.each<[string, string, (answer: URLSearchParams) => void]>([
    [
      'other_issuer',
      'of another provider',
      (answer) => {
        answer.set('iss', 'https://evil.example');
      },
    ],
    [
      'malformed',
      'two states',
      (answer) => {
        answer.append('state', 'another');
      },
    ],
    [
      'malformed',
      'no state',
      (answer) => {
        answer.delete('state');
      },
    ],
    [
      'malformed',
      'too much data',
      (answer) => {
        answer.set('x', 'y'.repeat(9_000));
      },
    ],
    [
      'other_browser',
      'an invented state',
      (answer) => {
        answer.set('state', 'made-up');
      },
    ],
    [
      'provider_refused',
      'an error',
      (answer) => {
        answer.set('error', 'server_error\r\nSet-Cookie: a=b');
      },
    ],
    [
      'bad_answer',
      'no code',
      (answer) => {
        answer.delete('code');
      },
    ],
    [
      'bad_answer',
      'two codes',
      (answer) => {
        answer.append('code', 'another');
      },
    ],
    [
      'bad_signature',
      'a token in the query',
      (answer) => {
        answer.set('id_token', 'x.y.z');
      },
    ],
  ])('are %s if a browser sends one with %s', async (reason, _what, change) => {
    const location = await comeBack(change);
    expect(new URL(location, server.url).hash).toBe(`#error=${reason}`);
  });

  it('are a problem for a program', async () => {
    const { status, body } = await api('GET', 'auth/oidc/callback?state=x&code=y');
    expect([status, body.code, body.reason]).toEqual([401, 'sign_in_failed', 'other_browser']);
  });

  it('are awaited for only a few seconds', { timeout: 30_000 }, async () => {
    const browser = new FetchBrowser();
    const answer = provider.answerTo((await browser.visit(at('start'))).headers.get('location') ?? '');
    provider.lies = { silent: true };
    const { headers } = await browser.visit(at(`callback?${answer.toString()}`));
    expect(headers.get('location')).toBe('/console/#error=provider_away');
  });

  it('are requested once for many, and again when the cached ones are old', async () => {
    const later = vi.spyOn(server.app.get(MonotonicClock), 'elapsed');
    later.mockImplementation(() => new SystemMonotonicClock().elapsed() + 3_600_000);
    const before = provider.discoveries;
    await Promise.all([1, 2, 3].map(() => new FetchBrowser().visit(at('start'))));
    expect(provider.discoveries).toBe(before + 1);
  });

  it('are missing while the provider is away, which does not prevent a start', async () => {
    const place = createServer();
    await new Promise<void>((resolve) => place.listen(0, '127.0.0.1', resolve));
    const { port } = place.address() as { port: number };
    await new Promise((resolve) => place.close(resolve));
    const other = await startApp({ ...ADMIN_ENV, ...provider.env, OIDC_ISSUER: `http://127.0.0.1:${port}` });
    try {
      const { status, body } = await apiOf(other)('GET', 'auth/oidc/start');
      expect([status, body.code, body.reason]).toEqual([503, 'unavailable', 'provider_away']);
      const shown = await new FetchBrowser().visit(`${other.url}/api/v1/auth/oidc/start?returnTo=/console/nodes`);
      expect(shown.headers.get('location')).toBe('/console/nodes#error=provider_away');
    } finally {
      await other.close();
    }
  });

  it('set a secure cookie if clients use TLS', async () => {
    const other = await startApp({ ...ADMIN_ENV, ...provider.env, PUBLIC_URL: 'https://switchboard.test' });
    try {
      const { headers } = await new FetchBrowser().visit(`${other.url}/api/v1/auth/oidc/start`);
      expect(headers.getSetCookie()).toEqual([
        expect.stringMatching(/^__Host-switchboard-sign-in=.*; Path=\/;.*; HttpOnly; Secure; SameSite=Lax$/),
      ]);
      expect(headers.get('location')).toContain(
        encodeURIComponent('https://switchboard.test/api/v1/auth/oidc/callback'),
      );
      expect(headers.get('cache-control')).toBe('no-store');
    } finally {
      await other.close();
    }
  });
});
