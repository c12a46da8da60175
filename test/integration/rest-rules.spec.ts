import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_ENV, type Api, apiOf, newUser, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { sendHalfBodies } from '../support/half-bodies.js';
import { raw } from '../support/raw-http.js';

const account = { email: 'a@example.org', password: 'a good password', firstName: 'A', lastName: 'B' };

describe('REST v1', () => {
  let server: RunningApp;
  let api: Api;
  let admin: string;

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0' });
    api = apiOf(server);
    admin = (await signIn(api, ADMIN.email, ADMIN.password)).accessToken;
  });
  afterAll(async () => {
    await server.close();
  });

  it('answers errors with a problem with code and request id', async () => {
    const answer = await api('GET', 'nothing/here', { headers: { 'x-request-id': 'my-id.1' } });
    expect(answer.status).toBe(404);
    expect(answer.headers.get('content-type')).toBe('application/problem+json');
    expect(answer.headers.get('x-request-id')).toBe('my-id.1');
    expect(answer.body).toEqual({
      type: 'urn:switchboard:problem:not_found',
      title: expect.any(String),
      status: 404,
      detail: expect.any(String),
      code: 'not_found',
      requestId: 'my-id.1',
    });
  });

  it('accepts no request id that could forge a log line', async () => {
    for (const id of ['a b', 'x'.repeat(65), '<script>', '"']) {
      const { headers } = await api('GET', 'nothing', { headers: { 'x-request-id': id } });
      expect(headers.get('x-request-id')).toMatch(/^[0-9a-f-]{36}$/);
    }
  });

  it('answers another method on a known path with 405, and lists the allowed ones', async () => {
    const answer = await api('PUT', 'auth/login', { body: {} });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe('POST');
    expect(answer.body.code).toBe('method_not_allowed');
  });

  it('answers a path with a broken escape with 400', async () => {
    expect((await api('GET', 'accounts/%FF', { token: admin })).status).toBe(400);
    expect((await api('GET', '/%E0%A4%A')).status).toBe(404);
  });

  it('answers invalid JSON with 400, without quoting it', async () => {
    const answer = await api('POST', 'auth/login', { body: '{"password":"hush-hush",}' });
    expect(answer.status).toBe(400);
    expect(answer.body.code).toBe('malformed_body');
    expect(JSON.stringify(answer.body)).not.toContain('hush');
  });

  it('answers a body that is not UTF-8 with 400', async () => {
    const answer = await fetch(`${server.url}/api/v1/auth/login`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: Buffer.from('{"email":"a@example.org","password":"\xff\xfe"}', 'latin1'),
    });
    expect(answer.status).toBe(400);
    expect(await answer.json()).toMatchObject({ code: 'malformed_body' });
  });

  it.each([['[]'], ['[{"email":"a"}]'], [''], ['null'], ['7'], ['"text"'], ['true']])(
    'answers the body «%s» with 422',
    async (body) => {
      const answer = await api('POST', 'auth/login', { body });
      expect(answer.status).toBe(422);
      expect(answer.body.errors).not.toEqual([]);
    },
  );

  it('answers a body above 1 MiB with 413', async () => {
    const answer = await api('POST', 'auth/login', { body: { email: 'x'.repeat(1_048_577) } });
    expect(answer).toMatchObject({ status: 413, body: { code: 'payload_too_large' } });
  });

  it('authenticates before it validates', async () => {
    const sent = { body: 'text', headers: { 'content-type': 'text/plain' } };
    expect((await api('POST', 'services', sent)).status).toBe(401);
    expect((await api('POST', 'services', { ...sent, token: admin })).status).toBe(415);
    expect((await api('GET', 'services/1?unheard=of')).status).toBe(401);
    expect((await api('GET', 'services/1?unheard=of', { token: admin })).status).toBe(422);
  });

  it('answers other media types, charsets and encodings with 415', async () => {
    const body = JSON.stringify({ email: 'a@example.org', password: 'x' });
    for (const headers of [
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/x-www-form-urlencoded' },
      { 'content-type': 'application/json; charset=koi8-r' },
      { 'content-type': 'application/json', 'content-encoding': 'zip' },
    ]) {
      const answer = await api('POST', 'auth/login', { body, headers });
      expect(answer, JSON.stringify(headers)).toMatchObject({ status: 415, body: { code: 'unsupported_media_type' } });
    }
  });

  it('names all errors of a body at once', async () => {
    const { status, body } = await api('POST', 'accounts', { body: { ...account, email: 'no', lastName: 7 } });
    expect(status).toBe(422);
    expect(body.errors).toEqual([
      { field: 'email', message: 'must be an email address' },
      { field: 'lastName', message: 'must be a string' },
    ]);
  });

  it.each([['role'], ['id'], ['__proto__'], ['constructor'], ['toString'], ['hasOwnProperty']])(
    'refuses the unknown member %s',
    async (name) => {
      const body = `${JSON.stringify(account).slice(0, -1)},${JSON.stringify(name)}:"admin"}`;
      const answer = await api('POST', 'accounts', { body });
      expect(answer.status).toBe(422);
      expect(answer.body.errors).toEqual([{ field: name, message: 'unknown member' }]);
    },
  );

  it('survives a body nested a hundred thousand deep', async () => {
    const deep = '['.repeat(100_000) + ']'.repeat(100_000);
    expect((await api('POST', 'auth/login', { body: `{"email":${deep},"password":"x"}` })).status).toBe(422);
  });

  it.each([['\\u0000'], ['\\ud800'], ['\\udc00x']])('refuses text with %s, which cannot be stored', async (escape) => {
    for (const field of ['email', 'password', 'firstName']) {
      const body = JSON.stringify({ ...account, [field]: 'aXb@example.org' }).replace('aXb', `a${escape}b`);
      const answer = await api('POST', 'accounts', { body });
      expect(answer.status, field).toBe(422);
      expect(answer.body.errors[0].field).toBe(field);
    }
  });

  it.each([
    ['abc', 422],
    ['1.5', 422],
    ['1e3', 422],
    ['%20', 422],
    ['0', 404],
    ['-1', 404],
    ['2147483648', 404],
    ['99999999999999999999999', 404],
    ['2147483647', 404],
  ])('answers the id %s with status %i', async (id, status) => {
    expect((await api('GET', `accounts/${id}`, { token: admin })).status).toBe(status);
  });

  it('pages lists by an opaque cursor', async () => {
    const made = [];
    for (let i = 0; i < 5; i++) made.push((await newUser(api)).user.id);
    const found: number[] = [];
    let query = 'limit=2';
    for (let page = 0; page < 10; page++) {
      const { body } = await api('GET', `accounts?${query}`, { token: admin });
      expect(body.items.length).toBeLessThanOrEqual(2);
      found.push(...body.items.map(({ id }: { id: number }) => id));
      if (body.nextCursor === null) break;
      query = `limit=2&cursor=${encodeURIComponent(body.nextCursor)}`;
    }
    expect(found).toEqual([...new Set(found)].sort((a, b) => a - b));
    expect(found).toEqual(expect.arrayContaining(made));
  });

  it.each([
    ['limit=201', 200],
    ['limit=99999999999999999999', 200],
    ['limit=1', 200],
    ['limit=0', 422],
    ['limit=-5', 422],
    ['limit=1.5', 422],
    ['limit=x', 422],
    ['limit=', 422],
    ['limit=1&limit=2', 422],
    ['cursor=x', 422],
    ['cursor=', 422],
    [`cursor=${Buffer.from('id:0').toString('base64url')}`, 422],
    [`cursor=${Buffer.from('id:99999999999').toString('base64url')}`, 422],
    ['cursor=a&cursor=b', 422],
  ])('answers a list with %s with status %i', async (query, status) => {
    expect((await api('GET', `accounts?${query}`, { token: admin })).status).toBe(status);
  });

  it('admits browsers of any origin outside production, and tells them what they may read', async () => {
    const headers = { origin: 'https://else.example' };
    const answer = await api('GET', 'auth/me', { headers });
    expect(answer.status).toBe(401);
    expect(answer.headers.get('access-control-allow-origin')).toBe('https://else.example');
    expect(answer.headers.get('access-control-expose-headers')).toContain('X-Request-Id');
    const preflight = await fetch(`${server.url}/api/v1/auth/me`, {
      method: 'OPTIONS',
      headers: { ...headers, 'access-control-request-method': 'PATCH', 'access-control-request-headers': 'api-key' },
    });
    expect(preflight.status).toBe(204);
    expect(preflight.headers.get('access-control-allow-methods')).toContain('PATCH');
    expect(preflight.headers.get('access-control-allow-headers')).toBe('api-key');
  });

  it.each([
    'api/v1/auth/me',
    'list_rooms/',
    'api/find_omikron/',
    'sse/endpoint/none',
    'api/v1/media/1/upload',
    'health/live',
  ])('lets pages send credentials to %s, and read the headers that its clients need', async (path) => {
    const { headers } = await fetch(`${server.url}/${path}`, { headers: { origin: 'https://else.example' } });
    expect(headers.get('access-control-allow-origin')).toBe('https://else.example');
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('vary')).toContain('Origin');
    const exposed = headers.get('access-control-expose-headers')?.split(',');
    expect(exposed).toEqual(
      expect.arrayContaining([
        'Location',
        'Retry-After',
        'ETag',
        'Content-Range',
        'Upload-Offset',
        'Upload-Length',
        'Tus-Resumable',
      ]),
    );
  });

  it.each(['utf-8', 'UTF-8', 'utf8', 'UTF8', '"utf8"', 'us-ascii'])(
    'reads JSON in UTF-8, also called %s',
    async (charset) => {
      const headers = { 'content-type': `application/json; charset=${charset}` };
      const answer = await fetch(`${server.url}/api/v1/auth/login`, { method: 'POST', headers, body: '{"email":"é"}' });
      expect(answer.status).toBe(422);
    },
  );

  it('keeps idle connections for longer than the proxies in front of it', async () => {
    const answer = await raw(server, 'GET /health/live HTTP/1.1\r\nHost: x', '', 'keep-alive');
    expect(answer).toContain('Keep-Alive: timeout=95');
  });

  it('never lets answers be cached', async () => {
    expect((await api('GET', 'auth/me', { token: admin })).headers.get('cache-control')).toBe('no-store');
    expect((await api('GET', 'auth/me')).headers.get('cache-control')).toBe('no-store');
  });
});

describe('REST v1 behind settings', () => {
  it('limits each principal and each address separately', async () => {
    const server = await startApp({ ...ADMIN_ENV, REST_RATE: '1', REST_BURST: '20', TRUSTED_PROXIES: '127.0.0.1' });
    try {
      const api = apiOf(server);
      const { accessToken: token } = await signIn(api, ADMIN.email, ADMIN.password);
      const statuses = [];
      for (let i = 0; i < 25; i++) statuses.push((await api('GET', 'auth/me', { token })).status);
      expect(statuses.slice(0, 20)).toEqual(new Array(20).fill(200));
      expect(statuses).toContain(429);
      const refused = await api('GET', 'auth/me', { token });
      expect(refused).toMatchObject({ status: 429, body: { code: 'rate_limited' } });
      expect(Number(refused.headers.get('retry-after'))).toBeGreaterThanOrEqual(1);

      const from = (address: string) => ({ headers: { 'x-forwarded-for': address } });
      const strangers = [];
      for (let i = 0; i < 25; i++) strangers.push((await api('GET', 'auth/me', from('203.0.113.9'))).status);
      expect(strangers.slice(0, 20)).toEqual(new Array(20).fill(401));
      expect(strangers).toContain(429);
      expect((await api('GET', 'auth/me', from('203.0.113.10'))).status).toBe(401);
    } finally {
      await server.close();
    }
  });

  it('holds no more than 16 MiB of the bodies of one address', async () => {
    const server = await startApp();
    try {
      const paths = Array.from({ length: 17 }, () => '/api/v1/auth/login');
      expect(await sendHalfBodies(Number(new URL(server.url).port), paths, 'application/json')).toBeOneOf([0, 503]);
    } finally {
      await server.close();
    }
  });

  it('answers 503 with Retry-After while the database is away', async () => {
    const server = await startApp(ADMIN_ENV);
    try {
      const api = apiOf(server);
      const { accessToken: token } = await signIn(api, ADMIN.email, ADMIN.password);
      await server.dataSource.destroy();
      for (const [method, path, call] of [
        ['GET', 'auth/me', { token }],
        ['POST', 'auth/login', { body: { email: ADMIN.email, password: ADMIN.password } }],
      ] as const) {
        const answer = await api(method, path, call);
        expect(answer).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
        expect(answer.headers.get('retry-after')).toMatch(/^\d+$/);
      }
    } finally {
      await server.close();
    }
  });
});
