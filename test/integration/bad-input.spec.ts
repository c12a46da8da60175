import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_ENV, type Api, apiOf, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { badValues, type Operation, operationsOfDocument } from '../support/openapi-bodies.js';

interface Answer {
  readonly status: number;
  readonly type: string | null;
  readonly text: string;
  readonly fields: readonly string[];
}

const OPERATIONS = operationsOfDocument();
const WITH_BODY = OPERATIONS.filter(({ body }) => body !== undefined);
/** Path parameters that match nothing. */
const BAD_SEGMENTS = [
  'abc',
  '-1',
  '0',
  '1.5',
  '99999999999999999999',
  '1e3',
  '%00',
  '%ff',
  '%F0%9F%92%A9',
  "1'--",
  '..%2f',
];

/** Texts that are stored and delivered unchanged, whatever they contain. */
const VERBATIM = new Set(['messages.create text', 'messages.update text', 'messages.edit text']);
const UNSTORABLE = new Set(['NUL', 'half a surrogate pair']);
/** Everything in a query is text, in UTF-8. */
const NO_QUERY = new Set(['number', 'integer', 'boolean', 'array', 'object', 'null', 'half a surrogate pair']);
/** A page size above the maximum is reduced to it. */
const CUT = new Set(['too large', 'beyond 2^53']);

/** Inserts `json` unchanged. */
const withMember = (body: object, name: string, json: string): string => {
  const rest = JSON.stringify({ ...body, [name]: undefined }).slice(1, -1);
  return `{${rest}${rest && ','}${JSON.stringify(name)}:${json}}`;
};

/** A well-formed path to something that does not exist. */
const pathOf = ({ path }: Operation): string =>
  path.replace(/\{\w+\}/g, path.includes('/omikron/') ? '5f8d3c52-9a3e-4b7e-8f0a-1c2d3e4f5a6b' : '1');

describe('REST v1 with input that its document forbids', () => {
  let server: RunningApp;
  let headers: Record<string, Record<string, string>>;

  /** Sends `body` and checks what every refusal has in common. */
  const send = async (operation: Operation, body: string | Buffer, more: object = {}): Promise<Answer> => {
    const response = await fetch(server.url + pathOf(operation), {
      method: operation.method,
      headers: { 'content-type': 'application/json', ...headers[operation.credential ?? ''], ...more },
      body,
    });
    const text = await response.text();
    const type = response.headers.get('content-type');
    const problem = type?.startsWith('application/problem+json') ? (JSON.parse(text) as Problem) : undefined;
    return { status: response.status, type, text, fields: problem?.errors?.map(({ field }) => field) ?? [] };
  };

  interface Problem {
    readonly errors?: readonly { readonly field: string }[];
  }

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0', REGISTRATION: 'open' });
    const api: Api = apiOf(server);
    const { accessToken } = await signIn(api, ADMIN.email, ADMIN.password);
    const { body } = await api('POST', 'applications', { token: accessToken, body: { name: 'bad input' } });
    headers = {
      bearer: { authorization: `Bearer ${accessToken}` },
      apiKey: { 'api-key': body.apiKey as string },
    };
  });
  afterAll(() => server.close());

  it('has bodies to test', () => {
    expect(WITH_BODY.length).toBeGreaterThan(15);
  });

  describe.each(WITH_BODY.map((operation) => [operation.id, operation] as const))('%s', (_id, operation) => {
    const properties = Object.entries(operation.body?.properties ?? {});

    it('refuses each member with a wrong type, length, choice or encoding, by name', async () => {
      const accepted: string[] = [];
      for (const [name, schema] of properties) {
        for (const [what, json] of badValues(schema)) {
          if (VERBATIM.has(`${operation.id} ${name}`) && UNSTORABLE.has(what)) continue;
          const { status, fields, text } = await send(operation, withMember(operation.example, name, json));
          const refused = status === 422 && fields.some((field) => field === name || field.startsWith(`${name}.`));
          if (!refused) accepted.push(`${name}: ${what}: ${status} ${text.slice(0, 200)}`);
        }
      }
      expect(accepted).toEqual([]);
    });

    it('refuses members it does not know, and bodies without those it needs', async () => {
      for (const name of ['unheardOf', 'constructor', '__proto__', 'id']) {
        if (properties.some(([known]) => known === name)) continue;
        const { status, fields } = await send(operation, withMember(operation.example, name, '{"isAdmin":true}'));
        expect([name, status, fields]).toEqual([name, 422, [name]]);
      }
      for (const name of operation.body?.required ?? []) {
        const { status, fields } = await send(operation, JSON.stringify({ ...operation.example, [name]: undefined }));
        expect([name, status, fields]).toEqual([name, 422, [name]]);
      }
    });

    it('refuses bodies that are not a JSON object, and says why', async () => {
      for (const body of ['[]', '"text"', '7', 'null', 'true', '[{}]']) {
        expect([body, (await send(operation, body)).status]).toEqual([body, 422]);
      }
      for (const body of [
        '{',
        '{"a":}',
        "{'a':1}",
        '\u0000',
        Buffer.from([0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d]),
      ]) {
        expect((await send(operation, body)).status).toBe(400);
      }
      const text = JSON.stringify(operation.example);
      for (const [type, encoding] of [['text/plain'], ['application/xml'], ['application/json; charset=latin1']]) {
        const more = { 'content-type': type, ...(encoding && { 'content-encoding': encoding }) };
        expect([type, (await send(operation, text, more)).status]).toEqual([type, 415]);
      }
      expect((await send(operation, gzipSync(text).subarray(0, 20), { 'content-encoding': 'gzip' })).status).toBe(400);
      expect((await send(operation, JSON.stringify({ a: 'x'.repeat(1_100_000) }))).status).toBe(413);
    });
  });

  it('answers impossible path parameters without an internal error', async () => {
    const wrong: string[] = [];
    for (const { method, path, credential, pathParameters, id } of OPERATIONS) {
      const hasBody = !['GET', 'HEAD'].includes(method);
      for (const segment of pathParameters.length > 0 ? BAD_SEGMENTS : []) {
        const response = await fetch(server.url + path.replace(/\{\w+\}/g, segment), {
          method,
          headers: { ...headers[credential ?? ''], ...(hasBody && { 'content-type': 'application/json' }) },
          ...(hasBody && { body: '{}' }),
        });
        await response.arrayBuffer();
        if (![400, 403, 404, 405, 409, 415, 422].includes(response.status))
          wrong.push(`${id} ${segment} ${response.status}`);
      }
    }
    expect(wrong).toEqual([]);
  });

  it.each([
    ['unheardOf', 'unheardOf=1'],
    ['Limit', 'Limit=1'],
    ['a[b]', 'a[b]=1'],
    ['limit[]', 'limit[]=1'],
    ['constructor', 'constructor=x'],
    ['__proto__', '__proto__=x'],
    ['', '=x'],
    ['twice', 'twice=1&twice=2'],
  ])('refuses the unknown parameter «%s» on every route', async (name, query) => {
    const accepted: string[] = [];
    for (const operation of OPERATIONS.filter(({ method }) => method !== 'HEAD')) {
      const { id, method, credential, body, example } = operation;
      const answer = await fetch(`${server.url}${pathOf(operation)}?${query}`, {
        method,
        headers: { ...headers[credential ?? ''], ...(body && { 'content-type': 'application/json' }) },
        ...(body && { body: JSON.stringify(example) }),
      });
      const { errors = [] } = (await answer.json().catch(() => ({}))) as Problem;
      if (answer.status !== 422 || !errors.some(({ field }) => field === name)) accepted.push(`${id} ${answer.status}`);
    }
    expect(accepted).toEqual([]);
  });

  it('refuses members of a body if a route takes none', async () => {
    const bodyless = OPERATIONS.filter(
      ({ method, body, readsOtherBody }) => !['GET', 'HEAD'].includes(method) && !body && !readsOtherBody,
    );
    expect(bodyless.length).toBeGreaterThan(20);
    const accepted: string[] = [];
    for (const operation of bodyless) {
      for (const [name, body] of [
        ['unheardOf', '{"unheardOf":1}'],
        ['__proto__', '{"__proto__":{"isAdmin":true}}'],
        ['', '[]'],
        ['', '"text"'],
      ] as const) {
        const { status, fields } = await send(operation, body);
        if (status !== 422 || !fields.includes(name)) accepted.push(`${operation.id} ${body} ${status}`);
      }
    }
    expect(accepted).toEqual([]);
  });

  it('refuses each parameter of a query with a wrong type, length or choice, by name', async () => {
    const accepted: string[] = [];
    for (const operation of OPERATIONS) {
      for (const { name, schema } of operation.queryParameters) {
        for (const [what, json] of badValues(schema)) {
          if (NO_QUERY.has(what) || (name === 'limit' && CUT.has(what))) continue;
          const query = `${name}=${encodeURIComponent(json.startsWith('"') ? (JSON.parse(json) as string) : json)}`;
          const response = await fetch(`${server.url}${pathOf(operation)}?${query}`, {
            method: operation.method,
            headers: headers[operation.credential ?? ''] ?? {},
          });
          const answer = await response.text();
          if (response.status !== 422 || !answer.includes(`"field":"${name}"`)) {
            accepted.push(`${operation.id} ${name}: ${what}: ${response.status} ${answer.slice(0, 200)}`);
          }
        }
      }
    }
    expect(accepted).toEqual([]);
  });
});
