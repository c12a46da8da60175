import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { resolver } from '../../src/cli/contract/json-schema.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, newUser, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

interface Row {
  readonly method: string;
  readonly path: string;
  /** `yes` or the status of the refusal, by caller. */
  readonly cells: Readonly<Record<string, string>>;
  /** The scope that a machine key needs; empty if none is accepted. */
  readonly scope: string;
}

interface Described {
  readonly $ref?: string;
  readonly description?: string;
}

/** The reviewed table: the committed one, not what the code says now. */
async function readTable(): Promise<Row[]> {
  const lines = (await readFile('docs/access.md', 'utf8')).split('\n').filter((line) => line.startsWith('| '));
  const [head = [], , ...rows] = lines.map((line) => line.slice(2, -2).split(' | '));
  return rows.map(([operation = '', ...cells]) => {
    const [method = '', path = ''] = operation.replaceAll('`', '').split(' ');
    const named = Object.fromEntries(head.slice(1).map((caller, i) => [caller, (cells[i] ?? '').trim()]));
    return { method, path, cells: named, scope: (cells.at(-1) ?? '').replaceAll('`', '').trim() };
  });
}

describe('who may call what', () => {
  let server: RunningApp;
  let api: Api;
  let table: Row[];
  let admin: string;
  let document: { paths: Record<string, Record<string, { responses: Record<number, Described> }>> };
  /** Credentials by the column of their caller. */
  const credentials: Record<string, Record<string, string>> = { nobody: {} };

  const bearer = (token: string) => ({ authorization: `Bearer ${token}` });
  const made = async (path: string, token: string, body: object) => {
    const answer = await api('POST', path, { token, body });
    expect([path, answer.status]).toEqual([path, 201]);
    return answer.body;
  };
  /** The description of an error in the document. */
  const codesOf = ({ method, path }: Row, status: number): string => {
    const response = document.paths[path]?.[method.toLowerCase()]?.responses[status] ?? {};
    return (response.$ref === undefined ? response : resolver(document)(response.$ref)).description ?? '';
  };
  /** Keeps admitted calls without effect: no route has this parameter, which is checked after the guard. */
  const knock = ({ method, path }: Row, headers: Record<string, string>) =>
    api(method, `${path.replaceAll(/\{\w+\}/g, '7')}?nobody-has-this=1`, { headers });

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0' });
    api = apiOf(server);
    table = await readTable();
    document = JSON.parse(await readFile('openapi/openapi.json', 'utf8'));
    admin = (await signIn(api, ADMIN.email, ADMIN.password)).accessToken;
    credentials.admin = bearer(admin);
    for (const role of ['viewer', 'operator', 'user']) {
      const { user, accessToken } = await newUser(api);
      if (role !== 'user') await api('PATCH', `accounts/${user.id}`, { token: admin, body: { role } });
      credentials[role] = bearer(accessToken);
    }
    const circle = await made('circles', admin, { name: 'Home' });
    const { username, password } = await made(`circles/${circle.id}/devices`, admin, { name: 'Speaker' });
    const device = await api('POST', 'auth/device-login', { body: { username, password } });
    credentials.device = bearer(device.body.accessToken as string);
    credentials.application = { 'API-KEY': (await made('applications', admin, { name: 'Backend' })).apiKey };
  });
  afterAll(() => server.close());

  it('is listed for every operation of the document', () => {
    const operations = Object.entries(document.paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => `${method.toUpperCase()} ${path}`),
    );
    expect(table.map(({ method, path }) => `${method} ${path}`).sort()).toEqual(
      operations.filter((name) => name.includes(' /api/v1/')).sort(),
    );
  });

  it.each(['nobody', 'user', 'viewer', 'operator', 'admin', 'device', 'application'])(
    'is as in the table for %s',
    async (caller) => {
      for (const row of table) {
        const { status, body } = await knock(row, credentials[caller]!);
        const got = [401, 403].includes(status) ? String(status) : 'yes';
        expect([row.method, row.path, got], String(status)).toEqual([row.method, row.path, row.cells[caller]]);
        expect(status).toBeLessThan(500);
        // Legacy routes answer with text, HEAD with nothing.
        if (got !== 'yes' && row.path.startsWith('/api/v1/') && row.method !== 'HEAD')
          expect(codesOf(row, status), `${row.method} ${row.path}`).toContain(`\`${body.code}\``);
      }
    },
  );

  it('is as in the table for machine keys: with the scope, with all others, with every one of its kind', async () => {
    const scopes = [...new Set(table.map(({ scope }) => scope).filter((scope) => scope !== ''))].sort();
    expect(scopes).toContain('machine-keys:write');
    const keyOf = async (held: string[]) => (await made('machine-keys', admin, { name: 'walk', scopes: held })).key;
    for (const row of table) {
      if (row.scope !== '') continue;
      const isOpen = row.cells.nobody === 'yes';
      const { status } = await knock(row, bearer(await keyOf(['*:read', '*:write'])));
      expect([row.path, isOpen ? ![401, 403].includes(status) : [401, 403].includes(status)]).toEqual([row.path, true]);
    }
    for (const scope of scopes) {
      const keys = {
        own: await keyOf([scope]),
        all: await keyOf([scope.replace(/^[^:]+/, '*')]),
        others: await keyOf([
          ...scopes.filter((each) => each !== scope),
          `*:${scope.endsWith('read') ? 'write' : 'read'}`,
        ]),
      };
      for (const row of table.filter((each) => each.scope === scope)) {
        for (const key of [keys.own, keys.all]) {
          expect([403, 401]).not.toContain((await knock(row, bearer(key))).status);
        }
        const { status, body } = await knock(row, bearer(keys.others));
        expect([row.path, status, body.code]).toEqual([row.path, 403, 'insufficient_scope']);
        expect(body.detail).toContain(scope);
      }
    }
  });
});
