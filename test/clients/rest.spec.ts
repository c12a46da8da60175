import { paginate, Switchboard, SwitchboardProblem, type TokenPair } from '@switchboard/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_ENV } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

describe('the REST client', () => {
  let app: RunningApp;
  /** Method and path of each request, with the response status. */
  const seen: string[] = [];
  /** Answers to give, in order, instead of asking the server. */
  const staged: (() => Response)[] = [];

  const observed: typeof fetch = async (input, init) => {
    const request = new Request(input, init);
    const answer = staged.shift()?.() ?? (await fetch(request));
    seen.push(`${request.method} ${new URL(request.url).pathname} ${answer.status}`);
    return answer;
  };
  const client = (options: object = {}) => new Switchboard({ url: app.url, fetch: observed, ...options });
  const admin = async () => {
    const sdk = client();
    await sdk.signIn(ADMIN);
    seen.length = 0;
    return sdk;
  };
  const busy = () => new Response(null, { status: 503, headers: { 'Retry-After': '0' } });

  beforeAll(async () => {
    app = await startApp({ ...ADMIN_ENV, REST_RATE: '0' });
  });
  afterAll(() => app.close());

  it('signs in, and iterates over a list page by page', async () => {
    const sdk = await admin();
    const made: number[] = [];
    for (let i = 0; i < 5; i++) made.push((await sdk.applications.create({ body: { name: `Application ${i}` } })).id);
    seen.length = 0;
    const listed: number[] = [];
    for await (const { id } of paginate(sdk.applications.list, { query: { limit: 2 } })) listed.push(id);
    expect(listed.sort()).toEqual(made.sort());
    expect(seen).toHaveLength(3);
    await sdk.signOut();
    await expect(sdk.accounts.getMe()).rejects.toMatchObject({ status: 401 });
  });

  it('throws problems with their code and invalid members', async () => {
    const sdk = await admin();
    const refused = sdk.applications.create({ body: { name: '' } });
    await expect(refused).rejects.toBeInstanceOf(SwitchboardProblem);
    await expect(refused).rejects.toMatchObject({
      code: 'invalid_input',
      status: 422,
      requestId: expect.any(String),
      errors: [{ field: 'name' }],
    });
  });

  it('distinguishes a third party’s error page from a problem', async () => {
    const sdk = await admin();
    staged.push(() => new Response('<h1>Bad Gateway</h1>', { status: 502 }));
    await expect(sdk.accounts.getMe()).rejects.toMatchObject({ name: 'UnexpectedAnswer', status: 502 });
  });

  it('refreshes once for many calls whose tokens are refused', async () => {
    const first = client();
    const kept: (TokenPair | undefined)[] = [];
    await first.signIn(ADMIN);
    const pair = await first.auth.login({ body: ADMIN });
    const sdk = client({ tokens: { ...pair, accessToken: 'stale' }, onTokens: (it: TokenPair) => kept.push(it) });
    seen.length = 0;
    await Promise.all(Array.from({ length: 8 }, () => sdk.accounts.getMe()));
    expect(seen.filter((line) => line.includes('/refresh'))).toEqual(['POST /api/v1/auth/refresh 200']);
    expect(kept).toHaveLength(1);
    expect(seen.filter((line) => line.endsWith('/me 200'))).toHaveLength(8);
  });

  it('uses a stored pair as long as it is accepted, and first refreshes one known to have expired', async () => {
    const kept: (TokenPair | undefined)[] = [];
    const onTokens = (it: TokenPair | undefined) => kept.push(it);
    await client({ onTokens }).signIn(ADMIN);
    const [pair] = kept;
    expect(pair?.freshUntil).toBeGreaterThan(Date.now());
    seen.length = 0;
    await client({ tokens: pair }).accounts.getMe();
    expect(seen).toEqual(['GET /api/v1/accounts/me 200']);
    const later = client({ tokens: { ...pair, freshUntil: Date.now() }, onTokens });
    seen.length = 0;
    await Promise.all([later.accounts.getMe(), later.accounts.getMe()]);
    expect(seen).toEqual(['POST /api/v1/auth/refresh 200', ...Array<string>(2).fill('GET /api/v1/accounts/me 200')]);
    expect(kept[1]?.freshUntil).toBeGreaterThan(Date.now());
  });

  it('reports the end of the login if the refresh token is refused', async () => {
    const kept: unknown[] = [];
    const tokens = { accessToken: 'stale', refreshToken: 'x'.repeat(43), expiresIn: 900 };
    const sdk = client({ tokens, onTokens: (it: unknown) => kept.push(it) });
    await expect(sdk.accounts.getMe()).rejects.toMatchObject({ status: 401 });
    expect(kept).toEqual([undefined]);
  });

  it('retries what may be done twice, and nothing else', async () => {
    const sdk = await admin();
    staged.push(busy, () => {
      throw new TypeError('fetch failed');
    });
    await sdk.accounts.getMe();
    expect(seen).toEqual(['GET /api/v1/accounts/me 503', 'GET /api/v1/accounts/me 200']);
    staged.push(busy);
    await expect(sdk.applications.create({ body: { name: 'Once' } })).rejects.toMatchObject({ status: 503 });
    for (let i = 0; i < 4; i++) staged.push(busy);
    await expect(sdk.accounts.getMe()).rejects.toMatchObject({ status: 503 });
    expect(staged).toHaveLength(0);
  });

  it('publishes once with an idempotency key, even if the first answer is lost', async () => {
    const { apiKey } = await (await admin()).applications.create({ body: { name: 'Publisher' } });
    const sdk = client({ apiKey });
    await sdk.rooms.create({ body: { name: 'hall', durable: true } });
    let lost = 0;
    const lossy: typeof fetch = async (input) => {
      const answer = await fetch(input);
      if (lost++ > 0) return answer;
      throw new TypeError('the answer is lost');
    };
    const publisher = client({ apiKey, fetch: lossy });
    const publish = { path: { name: 'hall' }, body: { message: 'once' }, headers: { 'Idempotency-Key': 'k1' } };
    expect(await publisher.roomMessages.publish(publish)).toMatchObject({ offset: 1 });
    expect(lost).toBe(2);
    const history: unknown[] = [];
    for await (const { message } of paginate(sdk.roomMessages.list, { path: { name: 'hall' } })) history.push(message);
    expect(history).toEqual(['once']);
  });
});
