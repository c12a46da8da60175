import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newUser, apiOf } from '../support/api.js';
import { ServicesHarness } from '../support/services.js';

describe('services over REST', () => {
  let harness: ServicesHarness;

  beforeAll(async () => {
    harness = await ServicesHarness.start();
  });
  afterAll(() => harness.close());

  it('creates a service with defaults and shows its tokens once', async () => {
    const { status, headers, body } = await harness.api('POST', 'services', { title: 'Defaults' });
    expect(status).toBe(201);
    const { hostToken, clientToken, ...service } = body;
    expect(service).toEqual({
      id: expect.any(Number),
      title: 'Defaults',
      allowPublicCode: false,
      allowMultipleHosts: false,
      targeting: true,
      hostGraceSeconds: 0,
      guestLimit: null,
      codeTtlSeconds: null,
      codeLength: 4,
      createdAt: expect.stringMatching(/^\d{4}-.*Z$/),
      updatedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    });
    const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;
    expect(hostToken).toMatch(uuid);
    expect(clientToken).toMatch(uuid);
    expect(hostToken).not.toBe(clientToken);
    expect(headers.get('location')).toBe(`/api/v1/services/${service.id}`);
    const answer = await harness.api('GET', `services/${service.id}`);
    expect(answer.body).toEqual(service);
  });

  it('stores no token in clear text', async () => {
    const { id, hostToken, clientToken } = await harness.service();
    const [row] = await harness.server.dataSource.query<[Record<string, unknown>]>(
      `SELECT s::text AS text FROM services s WHERE id = $1`,
      [id],
    );
    for (const token of [hostToken, clientToken]) {
      for (const text of [token, token.replaceAll('-', '')]) expect(JSON.stringify(row)).not.toContain(text);
    }
  });

  it('accepts every option and keeps what a change leaves out', async () => {
    const options = {
      allowPublicCode: true,
      allowMultipleHosts: true,
      targeting: false,
      hostGraceSeconds: 30,
      guestLimit: 200,
      codeTtlSeconds: 3600,
      codeLength: 6,
    };
    const { body } = await harness.api('POST', 'services', { title: 'Options', ...options });
    expect(body).toMatchObject(options);
    const path = `services/${body.id}`;
    expect((await harness.api('PATCH', path, { targeting: true })).body).toMatchObject({ ...options, targeting: true });
    const freed = await harness.api('PATCH', path, { guestLimit: null, codeTtlSeconds: null, title: 'Other options' });
    expect(freed.body).toMatchObject({ guestLimit: null, codeTtlSeconds: null, title: 'Other options', codeLength: 6 });
    expect((await harness.api('PATCH', path, {})).body).toEqual(freed.body);
    expect((await harness.api('GET', path)).body).toEqual(freed.body);
  });

  it.each([
    {},
    { title: '' },
    { title: '  ' },
    { title: null },
    { title: 5 },
    { title: 'x'.repeat(33) },
    { title: '🎪'.repeat(33) },
    { title: 'a\u0000b' },
    { title: 'a\nb' },
    { title: '\ud800' },
    { title: 'ok', allowPublicCode: 'true' },
    { title: 'ok', targeting: null },
    { title: 'ok', hostGraceSeconds: -1 },
    { title: 'ok', hostGraceSeconds: 1.5 },
    { title: 'ok', hostGraceSeconds: null },
    { title: 'ok', guestLimit: 0 },
    { title: 'ok', guestLimit: 1e20 },
    { title: 'ok', codeTtlSeconds: 0 },
    { title: 'ok', codeLength: 3 },
    { title: 'ok', codeLength: 13 },
    { title: 'ok', hostToken: '0f8fad5b-d9cb-469f-a165-70867728950e' },
    { title: 'ok', version: 5 },
  ])('refuses %j with 422', async (body) => {
    const answer = await harness.api('POST', 'services', body);
    expect(answer.status).toBe(422);
    expect(answer.body.errors.length).toBeGreaterThan(0);
  });

  it.each(['🎪'.repeat(32), 'מוזיאון \u202eABC', '<script>alert(1)</script>', "'; DROP TABLE services; --", 'e\u0301'])(
    'shows the title %j unchanged',
    async (title) => {
      const { status, body } = await harness.api('POST', 'services', { title });
      expect(status).toBe(201);
      expect(body.title).toBe(title.normalize('NFC'));
      expect((await harness.api('GET', `services/${body.id}`)).body.title).toBe(body.title);
    },
  );

  it('answers 409 for a title that is taken, in whatever Unicode form', async () => {
    const { body } = await harness.api('POST', 'services', { title: 'Caf\u00e9' });
    for (const title of ['Caf\u00e9', 'Cafe\u0301']) {
      expect((await harness.api('POST', 'services', { title })).body).toMatchObject({
        status: 409,
        code: 'already_exists',
      });
    }
    const other = await harness.service();
    expect((await harness.api('PATCH', `services/${other.id}`, { title: 'Caf\u00e9' })).status).toBe(409);
    expect((await harness.api('PATCH', `services/${body.id}`, { title: 'Caf\u00e9' })).status).toBe(200);
  });

  it('answers 404 for what does not exist', async () => {
    for (const id of ['999999', '0', '-1', '99999999999']) {
      for (const [method, path, body] of [
        ['GET', '', undefined],
        ['PATCH', '', { targeting: true }],
        ['DELETE', '', undefined],
        ['POST', '/tokens/rotate', { role: 'host' }],
        ['GET', '/sessions', undefined],
        ['DELETE', '/sessions/ABCD', undefined],
        ['POST', '/messages', { message: {} }],
      ] as const) {
        expect((await harness.api(method, `services/${id}${path}`, body)).status, `${method} ${id}${path}`).toBe(404);
      }
    }
    expect((await harness.api('GET', 'services/abc')).status).toBe(422);
  });

  it('lists page by page', async () => {
    const made = [];
    for (let i = 0; i < 5; i++) made.push((await harness.service()).id);
    const seen: number[] = [];
    let cursor: string | null = null;
    do {
      const query: string = cursor === null ? '?limit=2' : `?limit=2&cursor=${cursor}`;
      const { body } = await harness.api('GET', `services${query}`);
      expect(body.items.length).toBeLessThanOrEqual(2);
      seen.push(...(body.items as { id: number }[]).map(({ id }) => id));
      cursor = body.nextCursor as string | null;
    } while (cursor !== null);
    expect(seen.slice(-5)).toEqual(made);
    expect(new Set(seen).size).toBe(seen.length);
  });

  it('is for admins only', async () => {
    const api = apiOf(harness.server);
    const { accessToken } = await newUser(api);
    const service = await harness.service();
    for (const [method, path, body] of [
      ['GET', 'services', undefined],
      ['POST', 'services', { title: 'Mine' }],
      ['GET', `services/${service.id}`, undefined],
      ['PATCH', `services/${service.id}`, {}],
      ['DELETE', `services/${service.id}`, undefined],
      ['POST', `services/${service.id}/tokens/rotate`, { role: 'host' }],
      ['GET', `services/${service.id}/sessions`, undefined],
      ['DELETE', `services/${service.id}/sessions/ABCD`, undefined],
      ['POST', `services/${service.id}/messages`, { message: {} }],
    ] as const) {
      expect((await api(method, path, { body })).status).toBe(401);
      expect((await api(method, path, { body, token: service.hostToken })).status).toBe(401);
      expect((await api(method, path, { body, token: accessToken })).status).toBe(403);
    }
  });

  it('rotates only the tokens of existing roles', async () => {
    const { id } = await harness.service();
    for (const role of ['guest', 'HOST', '', null, 5]) {
      expect((await harness.api('POST', `services/${id}/tokens/rotate`, { role })).status).toBe(422);
    }
  });

  it('finds a service by the SHA-256 digest of its token', async () => {
    const service = await harness.service();
    const [row] = await harness.server.dataSource.query<[{ same: boolean }]>(
      `SELECT host_token_digest = sha256($1::text::bytea) AS same FROM services WHERE id = $2`,
      [service.hostToken, service.id],
    );
    expect(row.same).toBe(true);
  });

  it('admits hosts and clients with one query, and guests with none', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { host, code } = await harness.host(service, true);
    const statements: string[] = [];
    const { driver } = harness.server.dataSource as unknown as {
      driver: {
        master: {
          on(event: string, listener: (client: { query: unknown }) => void): void;
          off(...args: unknown[]): void;
        };
      };
    };
    const watch = (client: { query: unknown }): void => {
      const query = client.query as (...args: unknown[]) => unknown;
      client.query = (...args: unknown[]) => {
        statements.push(String((args[0] as { text?: string }).text ?? args[0]));
        return query.apply(client, args);
      };
    };
    driver.master.on('acquire', watch);
    await harness.guest(code, host);
    expect(statements).toEqual([]);
    await harness.client(service, host);
    expect(statements).toHaveLength(1);
    driver.master.off('acquire', watch);
  });
});
