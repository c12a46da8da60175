import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ACCOUNT_REFERENCES } from '../../src/modules/accounts/account-references.js';
import { type AccountScene, accountScene, PERSON } from '../support/account-scene.js';
import { ADMIN, ADMIN_ENV, type Api, apiOf, newUser, type Session, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';

type Line = Record<string, any> & { readonly kind: string }; // eslint-disable-line @typescript-eslint/no-explicit-any -- tests look into lines freely

describe('the export of one account', () => {
  let server: RunningApp;
  let api: Api;
  let admin: Session;
  let scene: AccountScene;

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0', TRUSTED_PROXIES: '127.0.0.1' });
    api = apiOf(server);
    admin = await signIn(api, ADMIN.email, ADMIN.password);
    scene = await accountScene(server, api, admin);
  });
  afterAll(() => server.close());

  const download = (who: Session, account: number | 'me') =>
    fetch(`${server.url}/api/v1/accounts/${account}/export`, {
      headers: { authorization: `Bearer ${who.accessToken}` },
    });
  const linesOf = async (who: Session, account: number | 'me'): Promise<Line[]> => {
    const answer = await download(who, account);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-ndjson']);
    const text = await answer.text();
    return text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  };

  it('has a line for every stored item of every kind, and no secret', async () => {
    const lines = await linesOf(admin, scene.person.user.id);
    expect([lines[0]?.kind, lines.at(-1)]).toEqual(['export', { kind: 'end', lines: lines.length - 2 }]);
    const kinds = new Set(lines.map(({ kind }) => kind));
    const known = Object.values(ACCOUNT_REFERENCES).flatMap(({ kind }) => kind ?? []);
    expect([...kinds].sort()).toEqual([...new Set([...known, 'device', 'export', 'end'])].sort());
    const one = (kind: string) => lines.filter((line) => line.kind === kind);
    const { email, firstName, lastName, birthday, address, userAgent } = PERSON;
    expect(one('profile')).toMatchObject([{ email, firstName, lastName, birthday, role: 'user' }]);
    expect(one('login')).toMatchObject([{ address, userAgent }]);
    expect(one('message').map(({ text }) => text)).toEqual([PERSON.told, PERSON.alone]);
    expect(one('media')).toMatchObject([
      { name: 'a.txt', size: 7, content: expect.stringMatching(/^\/api\/v1\/media\/\d+\/content$/) },
    ]);
    expect((await fetch(`${server.url}${String(one('media')[0]!['content'])}`)).status).toBe(401);
    expect(one('call')).toMatchObject([{ name: PERSON.peer, protocol: 'signaling' }]);
    expect(one('inviteSent').map(({ email: whom }) => whom)).toEqual(['fourth@example.org']);
    const text = JSON.stringify(lines);
    for (const secret of scene.secrets) expect(text).not.toContain(secret);
    const own = lines.filter(({ kind }) => kind !== 'audit');
    expect(JSON.stringify(own)).not.toMatch(/digest|password_?hash|argon2/i);
  });

  it('contains the account’s own part of the audit log, but neither names nor addresses of admins', async () => {
    const entries = (await linesOf(admin, scene.person.user.id)).filter(({ kind }) => kind === 'audit');
    const of = (action: string) => entries.filter((entry) => entry['action'] === action);
    expect(of('accounts.create')).toMatchObject([
      { address: PERSON.address, userAgent: PERSON.userAgent, target: { label: PERSON.email } },
    ]);
    expect(of('accounts.update')).toMatchObject([
      { actor: { label: PERSON.email }, changes: { lastName: { before: 'Before', after: PERSON.lastName } } },
      { actor: { id: String(admin.user.id), label: null }, address: null, userAgent: null },
      { actor: { id: String(admin.user.id), label: null } },
    ]);
    expect(of('revocations.create')).toMatchObject([{ changes: { reason: { after: PERSON.reason } } }]);
    expect(of('accounts.export').length).toBeGreaterThan(1);
    expect(JSON.stringify(entries)).not.toContain(ADMIN.email);
  });

  it('is for its owner and for admins, and is recorded in the audit log', async () => {
    const { id } = scene.person.user;
    const lines = await linesOf(admin, id);
    expect(lines.filter(({ kind }) => kind === 'message')).toHaveLength(2);
    expect((await download(scene.friend, id)).status).toBe(403);
    expect((await download(admin, 999_999)).status).toBe(404);
    const { body } = await api('GET', `audit?action=accounts.export&actor=user:${admin.user.id}`, {
      token: admin.accessToken,
    });
    expect(body.items[0]).toMatchObject({ target: { kind: 'account', id: String(id), label: PERSON.email } });
  });

  it('pages through large tables, each row once, and buffers no more than its reader takes', async () => {
    const reader = await newUser(api);
    const circle = (await scene.as(reader, 'POST', 'circles', { name: 'Many' })).body.id as number;
    const talk = (await scene.as(reader, 'POST', `circles/${circle}/conversations`, { name: 'Talk' })).body
      .id as number;
    await server.dataSource.query(
      `INSERT INTO conversation_messages (conversation_id, author_id, content, sent_at)
       SELECT $1, l.id, repeat('x', 8000) || n, now() FROM conversation_links l, generate_series(1, 3000) n WHERE l.conversation_id = $1`,
      [talk],
    );
    const first = await download(reader, 'me');
    const body = first.body!.getReader();
    await body.read();
    // 24 MB are pending, more than sockets and streams buffer, so it is still in progress.
    expect((await download(reader, 'me')).status).toBe(429);
    await body.cancel();
    const all = async () => (await linesOf(reader, 'me')).filter(({ kind }) => kind === 'message');
    await expect.poll(async () => (await all().catch(() => [])).length, { timeout: 30_000 }).toBe(3_000);
    expect(new Set((await all()).map(({ id }) => id as number)).size).toBe(3_000);
  });
});
