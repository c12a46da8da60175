import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { MonotonicClock, SystemMonotonicClock } from '../../src/common/time/monotonic-clock.js';
import { type RunningApp } from '../support/app.js';
import { newKey, type TestKey, tokenBy } from '../support/customer-tokens.js';
import { RoomsHarness, type TestApplication } from '../support/rooms.js';
import { StreamClient } from '../support/stream-client.js';

const SECRET = 'a shared secret of forty characters, ok.';

describe('token issuers', () => {
  let harness: RoomsHarness & { readonly app: RunningApp };
  let app: TestApplication;
  let other: TestApplication;
  const provider = { server: undefined as Server | undefined, url: '', keys: [] as object[], status: 200, asked: 0 };
  const key = newKey('EdDSA');
  const path = () => `applications/${app.id}/token-issuers`;

  beforeAll(async () => {
    harness = await RoomsHarness.start({ OUTBOUND_ALLOWED_NETWORKS: '127.0.0.1/32', TRUSTED_PROXIES: '127.0.0.1' });
    [app, other] = [await harness.application(), await harness.application()];
    await harness.room(app, 'r');
    provider.server = createServer((_request, response) => {
      provider.asked++;
      response.writeHead(provider.status, { location: provider.url }).end(JSON.stringify({ keys: provider.keys }));
    });
    await new Promise<void>((resolve) => provider.server?.listen(0, '127.0.0.1', resolve));
    provider.url = `http://127.0.0.1:${(provider.server.address() as AddressInfo).port}/keys`;
  });
  afterEach(() => {
    vi.restoreAllMocks();
    Object.assign(provider, { keys: [], status: 200, asked: 0 });
  });
  afterAll(async () => {
    provider.server?.close();
    await harness.close();
  });

  const register = (wish: object, as = app) => harness.as(as, 'POST', path(), wish);
  let names = 0;
  const issuer = () => `iss-${++names}`;

  it('are registered by the application or an admin, shown without secret, and removed', async () => {
    const iss = issuer();
    const made = await register({ issuer: iss, algorithm: 'HS256', secret: SECRET });
    expect([made.status, made.body.code]).toEqual([201, undefined]);
    expect(made.headers.get('location')).toBe(`/api/v1/${path()}/${made.body.id}`);
    const shown = { id: made.body.id, issuer: iss, algorithm: 'HS256', jwksUrl: null, jwks: null };
    expect(made.body).toEqual({ ...shown, createdAt: expect.any(String) });
    const byAdmin = await harness.admin('POST', path(), { issuer: issuer(), algorithm: 'EdDSA', jwks: key.publicJwk });
    expect(byAdmin.status).toBe(201);
    expect(byAdmin.body.jwks.keys).toEqual([{ ...key.publicJwk, alg: 'EdDSA', use: 'sig' }]);
    const list = await harness.as(app, 'GET', `${path()}?limit=1`);
    expect(list.body).toMatchObject({ items: [shown], nextCursor: expect.any(String) });
    expect((await harness.admin('GET', `${path()}/${made.body.id}`)).body).toMatchObject(shown);
    expect(JSON.stringify(list.body)).not.toContain(SECRET);
    expect((await harness.as(app, 'DELETE', `${path()}/${made.body.id}`)).status).toBe(204);
    expect((await harness.as(app, 'GET', `${path()}/${made.body.id}`)).status).toBe(404);
  });

  it('store no secret in clear text', async () => {
    await register({ issuer: issuer(), algorithm: 'HS256', secret: SECRET });
    const rows: unknown[] = await harness.app.dataSource.query(`SELECT i::text AS "row" FROM "token_issuers" i`);
    expect(rows.length).toBeGreaterThan(0);
    expect(JSON.stringify(rows)).not.toContain(SECRET);
    expect(JSON.stringify(rows)).not.toContain(Buffer.from(SECRET).toString('hex'));
  });

  it('belong to exactly one application', async () => {
    const iss = issuer();
    expect((await register({ issuer: iss, algorithm: 'HS256', secret: SECRET })).status).toBe(201);
    const elsewhere = await harness.as(other, 'POST', `applications/${other.id}/token-issuers`, {
      issuer: iss,
      algorithm: 'HS256',
      secret: SECRET,
    });
    expect([elsewhere.status, elsewhere.body.code]).toEqual([409, 'already_exists']);
    expect((await register({ issuer: iss, algorithm: 'EdDSA', jwks: key.publicJwk })).status).toBe(409);
  });

  it('are hidden from others', async () => {
    const { body } = await register({ issuer: issuer(), algorithm: 'HS256', secret: SECRET });
    for (const [method, where, wish] of [
      ['POST', path(), { issuer: issuer(), algorithm: 'HS256', secret: SECRET }],
      ['GET', path(), undefined],
      ['GET', `${path()}/${body.id}`, undefined],
      ['DELETE', `${path()}/${body.id}`, undefined],
    ] as const)
      expect([method, (await harness.as(other, method, where, wish)).status]).toEqual([method, 404]);
    const unknown = { issuer: issuer(), algorithm: 'HS256', secret: SECRET };
    expect((await harness.admin('POST', 'applications/999999/token-issuers', unknown)).status).toBe(404);
  });

  it.each<[string, () => object, string]>([
    ['no key', () => ({ algorithm: 'EdDSA' }), 'secret'],
    ['two keys', () => ({ algorithm: 'EdDSA', jwks: key.publicJwk, publicKey: key.publicPem }), 'jwks'],
    ['a secret for signatures', () => ({ algorithm: 'RS256', secret: SECRET }), 'secret'],
    ['a key for secrets', () => ({ algorithm: 'HS256', jwks: key.publicJwk }), 'jwks'],
    ['a short secret', () => ({ algorithm: 'HS256', secret: 'x'.repeat(31) }), 'secret'],
    ['another kind of key', () => ({ algorithm: 'RS256', jwks: key.publicJwk }), 'jwks'],
    ['another curve', () => ({ algorithm: 'EdDSA', publicKey: newKey('ES256').publicPem }), 'publicKey'],
    ['a private key', () => ({ algorithm: 'EdDSA', jwks: { ...key.publicJwk, d: 'AAAA' } }), 'jwks'],
    ['a symmetric key', () => ({ algorithm: 'EdDSA', jwks: { kty: 'oct', k: 'AAAA' } }), 'jwks'],
    ['no keys', () => ({ algorithm: 'EdDSA', jwks: { keys: [] } }), 'jwks'],
    ['nonsense', () => ({ algorithm: 'EdDSA', publicKey: 'nonsense' }), 'publicKey'],
    ['no algorithm', () => ({ algorithm: 'none', secret: SECRET }), 'algorithm'],
    ['a private address', () => ({ algorithm: 'EdDSA', jwksUrl: 'https://169.254.169.254/keys' }), 'jwksUrl'],
    ['clear text', () => ({ algorithm: 'EdDSA', jwksUrl: 'http://1.1.1.1/keys' }), 'jwksUrl'],
    ['another scheme', () => ({ algorithm: 'EdDSA', jwksUrl: 'file:///etc/passwd' }), 'jwksUrl'],
    ['a password', () => ({ algorithm: 'EdDSA', jwksUrl: 'https://a:b@example.org/' }), 'jwksUrl'],
  ])('are refused with %s', async (_what, wish, field) => {
    const { status, body } = await register({ issuer: issuer(), ...wish() });
    expect([status, body.errors?.map((error: { field: string }) => error.field)]).toEqual([
      422,
      expect.arrayContaining([field]),
    ]);
  });

  describe('with fetched keys', () => {
    let hosts = 0;
    const withKid = ({ publicJwk }: TestKey, kid: string) => ({ ...publicJwk, kid });
    async function fetched(): Promise<(key: TestKey, kid?: string) => Promise<number>> {
      const iss = issuer();
      const made = await register({ issuer: iss, algorithm: 'EdDSA', jwksUrl: provider.url });
      expect([made.status, made.body.code]).toEqual([201, undefined]);
      return async (signer, kid) => {
        const token = await tokenBy(signer, { iss }, kid === undefined ? {} : { kid });
        const headers = { authorization: `Bearer ${token}`, 'x-forwarded-for': `192.0.2.${++hosts}` };
        const client = await StreamClient.open(`${harness.server.url}/sse/room/r`, headers);
        client.request.destroy();
        return client.status;
      };
    }
    /** Lets time pass for cached keys. */
    const pass = (ms: number) => {
      const real = new SystemMonotonicClock();
      vi.spyOn(harness.app.app.get(MonotonicClock), 'elapsed').mockImplementation(() => real.elapsed() + ms);
    };

    it('are cached, and fetched again for an unknown key, but not too often', async () => {
      const show = await fetched();
      const [one, two, three] = [newKey('EdDSA'), newKey('EdDSA'), newKey('EdDSA')];
      provider.keys = [withKid(one, '1')];
      expect(await Promise.all([show(one, '1'), show(one, '1'), show(one)])).toEqual([200, 200, 200]);
      expect(provider.asked).toBe(1);
      provider.keys = [withKid(one, '1'), withKid(two, '2')];
      expect(await show(two, '2')).toBe(401);
      expect(provider.asked).toBe(1);
      pass(31_000);
      expect(await show(two, '2')).toBe(200);
      expect(await show(three, '3')).toBe(401);
      expect(await show(three, '4')).toBe(401);
      expect(provider.asked).toBe(2);
    });

    it('are valid for at most ten minutes once they are gone', async () => {
      const show = await fetched();
      const one = newKey('EdDSA');
      provider.keys = [withKid(one, '1')];
      expect(await show(one, '1')).toBe(200);
      provider.keys = [withKid(newKey('EdDSA'), '2')];
      pass(590_000);
      expect(await show(one, '1')).toBe(200);
      pass(610_000);
      expect(await show(one, '1')).toBe(401);
    });

    it('do not blame the token if they are unreachable', async () => {
      const show = await fetched();
      const one = newKey('EdDSA');
      provider.keys = [withKid(one, '1')];
      provider.status = 500;
      expect(await Promise.all([show(one, '1'), show(one, '1')])).toEqual([503, 503]);
      expect(await show(one, '1')).toBe(503);
      expect(provider.asked).toBe(1);
      provider.status = 302;
      pass(6_000);
      expect(await show(one, '1')).toBe(503);
      expect(provider.asked).toBe(2);
      provider.status = 200;
      pass(12_000);
      expect(await show(one, '1')).toBe(200);
    });
  });
});
