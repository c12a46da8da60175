import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { User } from '../../src/entities/accounts/user.entity.js';
import { AuditLog } from '../../src/modules/audit/audit-log.service.js';
import { STORED_TARGETS, type StoredKind } from '../../src/modules/audit/audit-targets.js';
import { answeredRow, storedRow } from '../../src/modules/audit/stored-row.js';
import { ADMIN, type ApiAnswer, newUser, type Session, signIn } from '../support/api.js';
import { operationsOfDocument } from '../support/openapi-bodies.js';
import { RoomsHarness } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';

const MEMBERS = 'what members of a circle do among themselves is no administration, and theirs to know';
const LINKED = 'has one, which account-identities.spec.ts looks for: an identity provider is needed to be known there';
const EVERYDAY = 'happens as often as somebody speaks or comes; what admins do to one, revoking it, has an entry';

/** Writing routes that leave no entry, each with a reason. */
const UNWRITTEN: Readonly<Record<string, string>> = {
  'auth.refresh': 'the login goes on; a token that comes back is written down (auth.token-reuse)',
  'circles.create': MEMBERS,
  'circles.delete': MEMBERS,
  'circles.update': MEMBERS,
  'circles.deleteMember': MEMBERS,
  'circles.updateMember': MEMBERS,
  'conversations.create': MEMBERS,
  'conversations.delete': MEMBERS,
  'conversations.update': MEMBERS,
  'conversations.addMember': MEMBERS,
  'conversations.deleteMember': MEMBERS,
  'conversations.promoteMember': MEMBERS,
  'conversations.markRead': MEMBERS,
  'devices.update': MEMBERS,
  'invites.create': MEMBERS,
  'invites.delete': MEMBERS,
  'invites.accept': MEMBERS,
  'invites.decline': MEMBERS,
  'messages.create': MEMBERS,
  'messages.delete': MEMBERS,
  'messages.update': MEMBERS,
  'media.delete': MEMBERS,
  'media.putContent': MEMBERS,
  'media.createUpload': MEMBERS,
  'media.appendUpload': MEMBERS,
  'media.deleteUpload': MEMBERS,
  'endpoints.create': EVERYDAY,
  'endpoints.delete': EVERYDAY,
  'roomMessages.publish': EVERYDAY,
  'services.publish': EVERYDAY,
  'tickets.create': EVERYDAY,
  'accountIdentities.unlink': LINKED,
  'accountIdentities.unlinkMine': LINKED,
  'oidc.exchange': 'has one, which oidc.spec.ts looks for: an identity provider is needed to sign in at one',
  'calls.delete': 'has one, which end-call.spec.ts looks for: a call is needed to end one',
};

describe('the audit log', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let services: Awaited<ReturnType<typeof ServicesHarness.on>>;
  let admin: Session;

  beforeAll(async () => {
    rooms = await RoomsHarness.start({ REGISTRATION: 'open', REST_RATE: '0' });
    services = await ServicesHarness.on(rooms.app);
    admin = await signIn(rooms.call, ADMIN.email, ADMIN.password);
  });
  afterAll(async () => {
    await services.hangUp();
    await rooms.close();
  });

  afterEach(() => {
    vi.restoreAllMocks();
  });

  const audit = async (query = '') => (await rooms.admin('GET', `audit?limit=200${query}`)).body.items;
  const entriesOf = async ({ headers }: ApiAnswer) =>
    (await audit()).filter((entry: { requestId: string }) => entry.requestId === headers.get('x-request-id'));
  /** Entries written in the background may come slightly after the answer. */
  const eventually = <T>(read: () => Promise<T[]>, count: number): Promise<T[]> =>
    expect.poll(read, { timeout: 10_000 }).toHaveLength(count).then(read);

  it('reports dates identically in every time zone', async () => {
    const { user } = await newUser(rooms.call);
    const { manager } = rooms.app.dataSource;
    await manager.update(User, user.id, { birthday: '1996-02-29' });
    expect(await storedRow(manager, User, { id: user.id })).toMatchObject({ birthday: '1996-02-29', id: user.id });
  });

  /** Calls each writing route once, in an order in which each finds what it needs. */
  async function* walk(): AsyncGenerator<readonly [operation: string, answer: ApiAnswer]> {
    const { call } = rooms;
    const as: typeof rooms.admin = (...args) => rooms.admin(...args);
    const person = await newUser(call);
    const token = person.accessToken;
    const made = async (answer: Promise<ApiAnswer>) => (await answer).body;
    yield [
      'accounts.create',
      await call('POST', 'accounts', {
        body: { email: 'w@example.org', password: 'a good password', firstName: 'W', lastName: 'X' },
      }),
    ];
    yield ['accounts.updateMe', await call('PATCH', 'accounts/me', { token, body: { firstName: 'Ada' } })];
    const passwords = { currentPassword: person.password, newPassword: 'another good one' };
    yield ['accounts.changePassword', await call('PUT', 'accounts/me/password', { token, body: passwords })];
    const { accessToken } = await signIn(call, person.user.email, 'another good one');
    yield ['accountLogins.endMine', await call('DELETE', 'accounts/me/logins/all', { token: accessToken })];
    const again = await signIn(call, person.user.email, 'another good one');
    yield ['auth.logout', await call('POST', 'auth/logout', { token: again.accessToken })];
    const credentials = { email: person.user.email, password: 'another good one' };
    const login = await call('POST', 'auth/login', { body: credentials });
    yield ['auth.login', login];
    yield ['accountLogins.end', await as('DELETE', `accounts/${person.user.id}/logins/all`)];
    yield ['accounts.update', await as('PATCH', `accounts/${person.user.id}`, { role: 'viewer' })];
    yield ['accounts.resetPassword', await as('POST', `accounts/${person.user.id}/password-reset`)];
    yield ['accounts.delete', await as('DELETE', `accounts/${person.user.id}`)];
    const leaver = await newUser(call);
    yield ['accounts.deleteMe', await call('DELETE', 'accounts/me', { token: leaver.accessToken })];

    const application = await as('POST', 'applications', { name: 'Backend' });
    yield ['applications.create', application];
    const { id, apiKey } = application.body;
    yield ['applications.update', await as('PATCH', `applications/${id}`, { name: 'Back end' })];
    const key = await as('POST', `applications/${id}/keys`);
    yield ['applications.createKey', key];
    yield ['applications.deleteKey', await as('DELETE', `applications/${id}/keys/${key.body.id}`)];
    yield ['rooms.create', await rooms.as({ apiKey }, 'POST', 'rooms', { name: 'lobby' })];
    yield ['rooms.update', await rooms.as({ apiKey }, 'PATCH', 'rooms/lobby', { durable: true })];
    yield ['rooms.delete', await rooms.as({ apiKey }, 'DELETE', 'rooms/lobby')];
    const wish = {
      issuer: 'https://walk.example.org',
      algorithm: 'HS256',
      secret: 'a secret of thirty-two characters',
    };
    const issuer = await rooms.as({ apiKey }, 'POST', `applications/${id}/token-issuers`, wish);
    yield ['tokenIssuers.create', issuer];
    yield ['tokenIssuers.delete', await as('DELETE', `applications/${id}/token-issuers/${issuer.body.id}`)];
    yield ['applications.delete', await as('DELETE', `applications/${id}`)];

    const service = await as('POST', 'services', { title: 'Planetarium', allowPublicCode: true });
    yield ['services.create', service];
    const path = `services/${service.body.id}`;
    yield ['services.update', await as('PATCH', path, { title: 'Stars' })];
    const { code } = await services.host(service.body, true);
    yield ['services.endSession', await as('DELETE', `${path}/sessions/${code}`)];
    await services.host(service.body);
    const [live] = (await as('GET', 'connections?protocol=services')).body.items;
    yield ['connections.delete', await as('DELETE', `connections/${live.id}`)];
    yield ['connections.deleteMatching', await as('DELETE', 'connections?protocol=rooms&expect=0')];
    yield ['services.rotateToken', await as('POST', `${path}/tokens/rotate`, { role: 'client' })];
    const revocation = await as('POST', 'revocations', { service: service.body.id });
    yield ['revocations.create', revocation];
    yield ['revocations.delete', await as('DELETE', `revocations/${revocation.body.id}`)];
    yield ['services.delete', await as('DELETE', path)];

    const machineKey = await as('POST', 'machine-keys', { name: 'Robot', scopes: ['services:read'] });
    yield ['machineKeys.create', machineKey];
    yield ['machineKeys.rotate', await as('POST', `machine-keys/${machineKey.body.id}/rotate`, {})];
    yield ['machineKeys.delete', await as('DELETE', `machine-keys/${machineKey.body.id}`)];

    const iota = await as('POST', 'omikron/iotas', { name: 'Home' });
    yield ['iotas.create', iota];
    const home = `omikron/iotas/${iota.body.iotaId}`;
    const userId = randomUUID();
    yield ['iotas.createProfile', await as('POST', `${home}/profiles`, { userId, privateKeyHash: 'ab'.repeat(32) })];
    yield ['iotas.deleteProfile', await as('DELETE', `${home}/profiles/${userId}`)];
    yield ['iotas.rotateToken', await as('POST', `${home}/token`)];
    yield ['iotas.delete', await as('DELETE', home)];

    const [node] = (await as('GET', 'nodes')).body.items;
    yield ['nodes.drain', await as('POST', `nodes/${node.id}/drain`)];
    yield ['nodes.undrain', await as('DELETE', `nodes/${node.id}/drain`)];

    const lobbyToken = await as('POST', 'lobby/tokens', {});
    yield ['lobbyTokens.create', lobbyToken];
    yield ['lobbyTokens.delete', await as('DELETE', `lobby/tokens/${lobbyToken.body.id}`)];

    const circle = await made(as('POST', 'circles', { name: 'Home' }));
    const device = await as('POST', `circles/${circle.id}/devices`, { name: 'Speaker' });
    yield ['devices.create', device];
    const { username, password } = device.body;
    yield ['auth.deviceLogin', await call('POST', 'auth/device-login', { body: { username, password } })];
    yield ['devices.replacePassword', await as('POST', `devices/${device.body.id}/password`)];
    yield ['devices.delete', await as('DELETE', `devices/${device.body.id}`)];
  }

  /** Compares what acts return with the row that they leave. @returns those that returned one */
  function comparedAnswers(): string[] {
    const { manager } = rooms.app.dataSource;
    const compared: string[] = [];
    const log = rooms.app.app.get(AuditLog);
    const compare = async (action: string, kind: StoredKind, answer: unknown) => {
      const { entity } = STORED_TARGETS[kind];
      const row = answeredRow(manager, entity, answer);
      if (row === undefined) return;
      expect([action, row]).toEqual([action, await storedRow(manager, entity, { id: row['id'] })]);
      compared.push(action);
    };
    const [act, makeRow] = [log.act.bind(log), log.makeRow.bind(log)];
    vi.spyOn(log, 'act').mockImplementation((action, target, work) =>
      act(action, target, async (was) => {
        const answer = await work(was);
        await compare(action, target[0], answer);
        return answer;
      }),
    );
    vi.spyOn(log, 'makeRow').mockImplementation(async (action, kind, values) => {
      const row = await makeRow(action, kind, values);
      await compare(action, kind, row);
      return row;
    });
    return compared;
  }

  it('has an entry for every writing route of the document, or a reason for none', async () => {
    const walked: string[] = [];
    const compared = comparedAnswers();
    for await (const [operation, answer] of walk()) {
      expect([operation, answer.status >= 200 && answer.status < 300], JSON.stringify(answer.body)).toEqual([
        operation,
        true,
      ]);
      const entries = await entriesOf(answer);
      expect([operation, entries.length]).toEqual([operation, 1]);
      // Nothing is left of users who remove their own account, not even here.
      const address = operation === 'accounts.deleteMe' ? expect.stringMatching(/^hmac:/) : '127.0.0.1';
      expect(entries[0]).toMatchObject({ outcome: 'success', count: 1, address });
      walked.push(operation);
    }
    expect(compared).toEqual(
      expect.arrayContaining(['services.create', 'applications.create-key', 'services.update', 'rooms.update']),
    );
    const writing = operationsOfDocument().filter(({ method }) => !['GET', 'HEAD', 'OPTIONS'].includes(method));
    expect([...walked, ...Object.keys(UNWRITTEN)].sort()).toEqual(writing.map(({ id }) => id).sort());
  });

  it('says who changed what, and only whether secrets changed', async () => {
    const { id } = await services.service({ title: 'Before' });
    const answer = await rooms.admin('PATCH', `services/${id}`, { title: 'After' });
    expect(await entriesOf(answer)).toMatchObject([
      {
        actor: { kind: 'user', id: String(admin.user.id), label: ADMIN.email },
        action: 'services.update',
        target: { kind: 'service', id: String(id), label: 'After' },
        changes: { title: { before: 'Before', after: 'After' } },
      },
    ]);
    const rotation = await rooms.admin('POST', `services/${id}/tokens/rotate`, { role: 'host' });
    const [{ changes }] = await entriesOf(rotation);
    expect(Object.keys(changes)).toEqual(['hostTokenDigest']);
    expect(changes.hostTokenDigest.after).toMatch(/^hmac:[0-9a-f]{32}$/);
    expect(JSON.stringify(await audit())).not.toContain(rotation.body.token);
  });

  it('says what a removed row was at that moment', async () => {
    const { id } = await services.service({ title: 'Early' });
    const { dataSource } = rooms.app;
    const other = dataSource.createQueryRunner();
    await other.startTransaction();
    await other.query('UPDATE "services" SET "title" = $2 WHERE "id" = $1', [id, 'Late']);
    const removal = rooms.admin('DELETE', `services/${id}`);
    const waiting = `SELECT 1 FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%DELETE FROM "services"%'`;
    await expect.poll(() => dataSource.query(waiting), { timeout: 10_000 }).toHaveLength(1);
    await other.commitTransaction();
    await other.release();
    expect(await entriesOf(await removal)).toMatchObject([
      { action: 'services.delete', target: { label: 'Late' }, changes: { title: { before: 'Late' } } },
    ]);
    expect((await rooms.admin('GET', `services/${id}`)).status).toBe(404);
  });

  it('has no entry for what did not happen', async () => {
    const { id } = await services.service({ title: 'Taken' });
    await services.service({ title: 'Other' });
    expect(await entriesOf(await rooms.admin('POST', 'services', { title: 'Other' }))).toEqual([]);
    expect(await entriesOf(await rooms.admin('PATCH', `services/${id}`, { title: 'Other' }))).toEqual([]);
    expect(await entriesOf(await rooms.admin('DELETE', 'services/999999'))).toEqual([]);
    expect(await entriesOf(await rooms.admin('DELETE', 'revocations/999999'))).toEqual([]);
  });

  it('prevents what cannot be recorded', async () => {
    const { id } = await services.service({ title: 'Kept' });
    const { dataSource } = rooms.app;
    await dataSource.query(
      `ALTER TABLE "audit_entries" ADD CONSTRAINT "none"
       CHECK ("action" NOT IN ('services.create', 'services.delete')) NOT VALID`,
    );
    try {
      expect((await rooms.admin('DELETE', `services/${id}`)).status).toBe(500);
      expect((await rooms.admin('GET', `services/${id}`)).status).toBe(200);
      expect((await rooms.admin('POST', 'services', { title: 'Never' })).status).toBe(500);
      expect((await rooms.admin('GET', 'services?q=Never')).body.items).toEqual([]);
    } finally {
      await dataSource.query('ALTER TABLE "audit_entries" DROP CONSTRAINT "none"');
    }
  });

  it('records failed sign-ins, and refused attempts once per address and minute', async () => {
    const wrong = { email: 'nobody@example.org', password: 'not the password' };
    await rooms.call('POST', 'auth/login', { body: wrong });
    await eventually(() => audit('&action=auth.login&outcome=failure&target=nobody@example.org'), 1);
    // It can only be found with the email.
    expect(await audit('&action=auth.login&outcome=failure&target=nobody')).toEqual([]);
    const { accessToken, user } = await newUser(rooms.call);
    for (let i = 0; i < 50; i++) await rooms.call('GET', 'services', { token: accessToken });
    const refused = await eventually(() => audit(`&outcome=refused&actor=user:${user.id}`), 1);
    expect(refused).toMatchObject([{ action: 'access.refuse', target: { id: 'services.list' }, count: 1 }]);
  });

  it('records who read the messages of others', async () => {
    const application = (await rooms.admin('POST', 'applications', { name: 'Chat' })).body;
    await rooms.as(application, 'POST', 'rooms', { name: 'private', durable: true });
    const answer = await rooms.admin('GET', `applications/${application.id}/rooms/private/messages`);
    expect(await entriesOf(answer)).toMatchObject([{ action: 'rooms.read-messages', target: { label: 'private' } }]);
  });

  it('is listed by filters, page by page', async () => {
    const all = await audit('&action=services');
    expect(all.length).toBeGreaterThan(3);
    expect(all.every(({ action }: { action: string }) => action.startsWith('services.'))).toBe(true);
    const { body: first } = await rooms.admin('GET', 'audit?action=services&limit=2');
    const { body: second } = await rooms.admin('GET', `audit?action=services&limit=2&cursor=${first.nextCursor}`);
    expect([...first.items, ...second.items]).toEqual(all.slice(0, 4));
    expect(await audit(`&to=${all[1].at}&from=2000-01-01T00:00:00Z`)).not.toContainEqual(all[0]);
    expect(await audit('&actor=nobody-of-this-name')).toEqual([]);
    expect((await rooms.admin('GET', `audit/${all[0].id}`)).body).toEqual(all[0]);
    expect((await rooms.admin('GET', 'audit/999999999')).status).toBe(404);
    expect((await rooms.admin('GET', 'audit?action=%25')).status).toBe(422);
  });
});
