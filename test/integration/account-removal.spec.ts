import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { getMetadataArgsStorage } from 'typeorm';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { User } from '../../src/entities/accounts/user.entity.js';
import { ACCOUNT_REFERENCES } from '../../src/modules/accounts/account-references.js';
import { ConversationSweeper } from '../../src/modules/circles/messages/conversation-sweeper.service.js';
import { type AccountScene, accountScene, PERSON } from '../support/account-scene.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, type Session, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

/** Columns that look like a reference to an account, but are not. */
const OTHERS: Readonly<Record<string, string>> = {
  'omikron_profiles.user_id': 'a UUID that a home server gave; the Omikron knows no accounts',
  'room_endpoints.made_by_key': 'a key of an application',
};

describe('references to an account', () => {
  let server: RunningApp;
  beforeAll(async () => {
    server = await startApp(ADMIN_ENV);
  });
  afterAll(() => server.close());

  it('are known to the export and the removal, even in new tables', () => {
    const found = new Set<string>();
    for (const { tableName, columns, foreignKeys, target } of server.dataSource.entityMetadatas) {
      if (target === User) continue;
      const toUsers = foreignKeys.filter(({ referencedEntityMetadata: { target: to } }) => to === User);
      for (const { columns: own } of toUsers)
        for (const { databaseName } of own) found.add(`${tableName}.${databaseName}`);
      // Without a foreign key, only its name shows it.
      for (const { databaseName: name } of columns) {
        if (/(^|_)(user|account|email|owner|creator)(_id)?$|_by(_|$)|^made_by/.test(name))
          found.add(`${tableName}.${name}`);
      }
    }
    expect(found.size).toBeGreaterThan(10);
    const unknown = [...found].filter((column) => !(column in ACCOUNT_REFERENCES) && !(column in OTHERS));
    expect(unknown).toEqual([]);
    const all = new Set(
      server.dataSource.entityMetadatas.flatMap(({ tableName, columns }) =>
        columns.map(({ databaseName }) => `${tableName}.${databaseName}`),
      ),
    );
    expect([...Object.keys(ACCOUNT_REFERENCES), ...Object.keys(OTHERS)].filter((column) => !all.has(column))).toEqual(
      [],
    );
    expect(getMetadataArgsStorage().tables.length).toBeGreaterThan(20);
  });
});

describe('a removed account', () => {
  let server: RunningApp;
  let api: Api;
  let admin: Session;
  let scene: AccountScene;
  let before: string[];

  /** The places that contain one of the texts, in all columns of all tables and in all media files. */
  const placesOf = async (needles: readonly string[]): Promise<string[]> => {
    const places: string[] = [];
    const tables = await server.dataSource.query<{ name: string }[]>(
      `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1`,
    );
    for (const { name } of tables) {
      const rows = await server.dataSource.query<{ row: string }[]>(`SELECT t::text AS row FROM "${name}" t`);
      // Bytes appear in hexadecimal.
      const shown = needles.flatMap(
        (needle) =>
          [
            [needle, needle],
            [needle, Buffer.from(needle).toString('hex')],
          ] as const,
      );
      for (const [needle, form] of shown)
        if (rows.some(({ row }) => row.includes(form))) places.push(`${name}: ${needle}`);
    }
    const folder = server.config.storage.dataDir;
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const text = await readFile(path.join(entry.parentPath, entry.name), 'latin1');
      for (const needle of needles) if (text.includes(needle)) places.push(`${entry.name}: ${needle}`);
    }
    return [...new Set(places)];
  };
  const NEEDLES = Object.entries(PERSON)
    .filter(([name]) => name !== 'told')
    .map(([, text]) => text);
  const entriesOf = async (query: string) =>
    (await api('GET', `audit?limit=200&${query}`, { token: admin.accessToken })).body.items;

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0', TRUSTED_PROXIES: '127.0.0.1' });
    api = apiOf(server);
    admin = await signIn(api, ADMIN.email, ADMIN.password);
    scene = await accountScene(server, api, admin);
    before = await placesOf(NEEDLES);
    expect((await api('DELETE', `accounts/${scene.person.user.id}`, { token: admin.accessToken })).status).toBe(204);
  }, 120_000);
  afterAll(() => server.close());

  it('was in many tables before', () => {
    for (const needle of NEEDLES)
      expect(
        before.some((place) => place.endsWith(needle)),
        needle,
      ).toBe(true);
    const tables = new Set(before.map((place) => place.split(':')[0]));
    const telling = ['users', 'logins', 'circle_invites', 'call_participants', 'revocations', 'audit_personal'];
    for (const table of [...telling, 'audit_callers']) expect(tables).toContain(table);
    // Entries themselves never contain personal data.
    expect(tables).not.toContain('audit_entries');
  });

  it('leaves no personal data in any table or file', async () => {
    // A conversation that ended with it is swept after the answer.
    await server.app.get(ConversationSweeper).sweep();
    await expect.poll(() => placesOf([...NEEDLES, ...scene.secrets]), { timeout: 60_000 }).toEqual([]);
  });

  it('leaves its messages to others, without an author', async () => {
    const { body } = await scene.as(scene.friend, 'GET', `conversations/${scene.shared}/messages`);
    expect(body.items).toMatchObject([{ text: PERSON.told, sender: null }]);
  });

  it('stays in the audit log as the same digest in each entry, which can be found by the email', async () => {
    const { id } = scene.person.user;
    const entries = await entriesOf(`target=account:${id}`);
    const labels = new Set(entries.map(({ target }: { target: { label: string } }) => target.label));
    expect([...labels]).toEqual([expect.stringMatching(/^hmac:[0-9a-f]{32}$/)]);
    const found = await entriesOf(`target=${encodeURIComponent(PERSON.email)}`);
    expect(found.map(({ action }: { action: string }) => action)).toEqual(
      expect.arrayContaining(['accounts.delete', 'accounts.create', 'auth.login']),
    );
    expect(await entriesOf(`target=${PERSON.lastName}`)).toEqual([]);
    const made = entries.find(({ action }: { action: string }) => action === 'accounts.create');
    expect(made).toMatchObject({ address: expect.stringMatching(/^hmac:/), changes: { role: { after: 'user' } } });
    // The entry says who removed it, and the chain is intact.
    expect(entries[0]).toMatchObject({
      action: 'accounts.delete',
      actor: { label: ADMIN.email },
      address: '127.0.0.1',
    });
    expect((await api('GET', 'audit/verify', { token: admin.accessToken })).body).toMatchObject({ ok: true });
  });
});
