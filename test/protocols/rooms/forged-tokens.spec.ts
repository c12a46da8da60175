import { createHmac, type KeyObject, sign } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newKey, rawToken, seconds, type TestClaims, type TestKey, tokenBy } from '../../support/customer-tokens.js';
import { RoomsHarness, type TestApplication } from '../../support/rooms.js';
import { StreamClient } from '../../support/stream-client.js';

const SECRET = 'a shared secret of forty characters, ok.';
let addresses = 0;

/** Tokens by attackers and careless backends. */
describe('a token for rooms', () => {
  let harness: RoomsHarness;
  let app: TestApplication;
  let other: TestApplication;
  const keys = { EdDSA: newKey('EdDSA'), ES256: newKey('ES256'), RS256: newKey('RS256') };
  const hs: Pick<TestKey, 'algorithm' | 'sign'> = { algorithm: 'HS256', sign: Buffer.from(SECRET) };

  beforeAll(async () => {
    harness = await RoomsHarness.start({ TRUSTED_PROXIES: '127.0.0.1' });
    [app, other] = [await harness.application(), await harness.application()];
    for (const each of [app, other]) await harness.room(each, 'r');
    await register(app, 'iss:EdDSA', 'EdDSA', { jwks: { ...keys.EdDSA.publicJwk, kid: 'one' } });
    await register(app, 'iss:ES256', 'ES256', { jwks: { keys: [keys.ES256.publicJwk] } });
    await register(app, 'iss:RS256', 'RS256', { publicKey: keys.RS256.publicPem });
    await register(app, 'iss:HS256', 'HS256', { secret: SECRET });
    await register(other, 'iss:other', 'EdDSA', { publicKey: newKey('EdDSA').publicPem });
  });
  afterAll(() => harness.close());

  async function register(to: TestApplication, issuer: string, algorithm: string, keyed: object): Promise<void> {
    const wish = { issuer, algorithm, ...keyed };
    const { status, body } = await harness.as(to, 'POST', `applications/${to.id}/token-issuers`, wish);
    expect([issuer, status, body.code]).toEqual([issuer, 201, undefined]);
  }

  /** Uses an address of its own, so that no test waits for the mistakes of another. */
  async function show(token: string): Promise<number> {
    const address = `192.0.2.${++addresses % 250}`;
    const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': address };
    const client = await StreamClient.open(`${harness.server.url}/sse/room/r/`, headers);
    client.request.destroy();
    return client.status;
  }
  const by = (algorithm: keyof typeof keys, claims: TestClaims = {}, header: Record<string, unknown> = {}) =>
    tokenBy(keys[algorithm], { iss: `iss:${algorithm}`, ...claims }, header);
  const payload = (iss: string) => ({
    iss,
    aud: 'switchboard',
    sub: 'mallory',
    exp: seconds() + 60,
    rooms: { '*': 'readwrite' },
  });
  const hmac = (header: object, claims: object, key: string) => {
    const signed = rawToken(header, claims).slice(0, -1);
    return `${signed}.${createHmac('sha256', key).update(signed).digest('base64url')}`;
  };

  const signRaw = (header: object, claims: object, key: KeyObject) => {
    const signed = rawToken(header, claims).slice(0, -1);
    return `${signed}.${sign('sha256', Buffer.from(signed), key).toString('base64url')}`;
  };

  it('is valid with each algorithm', async () => {
    for (const algorithm of ['EdDSA', 'ES256', 'RS256'] as const)
      expect([algorithm, await show(await by(algorithm))]).toEqual([algorithm, 200]);
    expect(await show(await tokenBy(hs, { iss: 'iss:HS256' }))).toBe(200);
    expect(await show(await by('EdDSA', {}, { kid: 'one', typ: 'JWT' }))).toBe(200);
    expect(await show(await by('EdDSA', { aud: ['x', 'switchboard'] }))).toBe(200);
  });

  it('must be signed', async () => {
    for (const alg of ['none', 'None', 'NONE', '', null]) {
      for (const iss of ['iss:EdDSA', 'iss:HS256']) expect(await show(rawToken({ alg }, payload(iss)))).toBe(401);
    }
    const [head, body] = (await by('EdDSA')).split('.');
    expect(await show(`${String(head)}.${String(body)}.`)).toBe(401);
    expect(await show(`${String(head)}.${String(body)}`)).toBe(401);
  });

  it('may not be signed with a public key as secret', async () => {
    const header = { alg: 'HS256', typ: 'JWT' };
    const { publicPem, publicJwk } = keys.RS256;
    for (const secret of [publicPem, publicPem.trim(), JSON.stringify(publicJwk), '']) {
      expect(await show(hmac(header, payload('iss:RS256'), secret))).toBe(401);
      expect(await show(hmac(header, payload('iss:EdDSA'), secret))).toBe(401);
    }
  });

  it('must have the registered algorithm', async () => {
    for (const [iss, algorithm] of [
      ['iss:RS256', 'EdDSA'],
      ['iss:EdDSA', 'ES256'],
      ['iss:HS256', 'RS256'],
    ] as const)
      expect([iss, await show(await tokenBy(keys[algorithm], { iss }))]).toEqual([iss, 401]);
    const ps = { ...keys.RS256, algorithm: 'PS256' };
    expect(await show(await tokenBy(ps, { iss: 'iss:RS256' }))).toBe(401);
    expect(await show(await tokenBy({ ...keys.RS256, algorithm: 'RS512' }, { iss: 'iss:RS256' }))).toBe(401);
    expect(await show(await tokenBy({ ...hs, algorithm: 'HS512' }, { iss: 'iss:HS256' }))).toBe(401);
  });

  it('must be from its own issuer', async () => {
    expect(await show(await tokenBy(keys.EdDSA, { iss: 'iss:other' }))).toBe(401);
    for (const iss of [
      undefined,
      '',
      'iss:EDDSA',
      'iss:EdDSA ',
      'iss:none',
      'x'.repeat(300),
      'a\u0000b',
      "' OR 1=1 --",
    ])
      expect([iss, await show(await by('EdDSA', { iss } as TestClaims))]).toEqual([iss, 401]);
    expect(await show(rawToken({ alg: 'EdDSA' }, { ...payload('x'), iss: ['iss:EdDSA'] }, 'AAAA'))).toBe(401);
  });

  it('may not contain a key, nor name an unknown one', async () => {
    const mine = newKey('EdDSA');
    const forge = (header: Record<string, unknown>) => tokenBy(mine, { iss: 'iss:EdDSA' }, header);
    for (const header of [
      { jwk: mine.publicJwk },
      { jku: 'http://127.0.0.1:1/keys' },
      { x5u: 'http://127.0.0.1:1/keys' },
      { kid: '../../dev/null' },
      { kid: "x' UNION SELECT 'a" },
      { kid: 'one' },
    ])
      expect([header, await show(await forge(header))]).toEqual([header, 401]);
    expect(await show(await by('EdDSA', {}, { kid: 'two' }))).toBe(401);
    expect(await show(rawToken({ alg: 'EdDSA', kid: { a: 1 } }, payload('iss:EdDSA'), 'AAAA'))).toBe(401);
  });

  it('may not require unsupported extensions', async () => {
    for (const extra of [
      { crit: ['exp'], exp: 1 },
      { crit: ['b64'], b64: false },
      { crit: [] },
      { crit: ['http://example.org/x'], 'http://example.org/x': true },
    ]) {
      const token = signRaw({ alg: 'RS256', ...extra }, payload('iss:RS256'), keys.RS256.sign as KeyObject);
      expect([extra, await show(token)]).toEqual([extra, 401]);
    }
  });

  it.each<[string, () => TestClaims]>([
    ['no audience', () => ({ aud: undefined }) as unknown as TestClaims],
    ['another audience', () => ({ aud: 'switchboard2' })],
    ['no subject', () => ({ sub: undefined }) as unknown as TestClaims],
    ['a subject that is too long', () => ({ sub: 'x'.repeat(101) })],
    ['a subject that cannot be stored', () => ({ sub: 'a\u0000b' })],
    ['no end', () => ({ exp: undefined }) as unknown as TestClaims],
    ['a past expiry', () => ({ exp: seconds() - 2 })],
    ['an expiry too far away', () => ({ exp: seconds() + 86_400 + 120 })],
    ['an infinite expiry', () => ({ exp: 1e300 })],
    ['an expiry in milliseconds', () => ({ exp: Date.now() + 60_000 })],
    ['a text as expiry', () => ({ exp: '9999999999' }) as unknown as TestClaims],
    ['a start in the future', () => ({ nbf: seconds() + 120 })],
    ['no rooms', () => ({ rooms: undefined })],
    ['rooms in a list', () => ({ rooms: ['r'] })],
    ['an unknown right', () => ({ rooms: { r: 'admin' } })],
    ['a pattern in the middle', () => ({ rooms: { 'r*r': 'read' } })],
  ])('is not valid with %s', async (_what, claims) => {
    expect(await show(await by('EdDSA', claims()))).toBe(401);
  });

  it('may come from a slightly wrong clock', async () => {
    expect(await show(await by('EdDSA', { nbf: seconds() + 30, iat: seconds() + 30 }))).toBe(200);
    expect(await show(await by('EdDSA', { exp: seconds() + 86_400 + 30 }))).toBe(200);
  });

  it('gets a specific error only if it is genuine', async () => {
    const ask = async (token: string) => {
      const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': '198.51.100.7' };
      return (await (await fetch(`${harness.server.url}/sse/room/r/`, { headers })).json()) as { detail: string };
    };
    expect((await ask(await by('EdDSA', { rooms: { r: 'all' } }))).detail).toContain('"rooms"');
    expect((await ask(await by('EdDSA', { exp: seconds() + 200_000 }))).detail).toContain('24 hours');
    const forged = await tokenBy(newKey('EdDSA'), { iss: 'iss:EdDSA', rooms: { r: 'all' } });
    expect((await ask(forged)).detail).toBe('The token is not signed by a registered issuer.');
    expect((await ask(await by('EdDSA', { iss: 'nobody' }))).detail).toBe(
      'The token is not signed by a registered issuer.',
    );
  });

  it('is guessed ever more slowly from one address, without affecting others', async () => {
    const forged = rawToken({ alg: 'EdDSA' }, payload('iss:EdDSA'), 'AAAA');
    const headers = { authorization: `Bearer ${forged}`, 'x-forwarded-for': '198.51.100.8' };
    const url = `${harness.server.url}/sse/room/r/`;
    const ends: number[] = [];
    const ending = new AbortController();
    const all = Array.from({ length: 100 }, async () => {
      const { status } = await fetch(url, { headers, signal: ending.signal });
      ends.push(status);
    });
    await expect.poll(() => ends.filter((status) => status === 401).length).toBeGreaterThanOrEqual(10);
    await expect.poll(() => ends.filter((status) => status === 429).length).toBeGreaterThanOrEqual(20);
    expect(ends.filter((status) => status === 401).length).toBeLessThan(20);
    expect(await show(await by('EdDSA'))).toBe(200);
    ending.abort();
    await Promise.allSettled(all);
  });
});
