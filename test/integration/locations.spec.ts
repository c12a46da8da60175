import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, newUser, signIn } from '../support/api.js';
import { operationsOfDocument } from '../support/openapi-bodies.js';
import { RoomsHarness } from '../support/rooms.js';

const UUIDS = ['5f8d3c52-9a3e-4b7e-8f0a-1c2d3e4f5a6b', '7d444840-9dc0-11d1-b245-5ffdce74fad2'] as const;

describe('Location', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  beforeAll(async () => {
    rooms = await RoomsHarness.start({ REGISTRATION: 'open' });
  });
  afterAll(() => rooms.close());

  it('leads to what was created, on every route that creates something', async () => {
    const [owner, friend] = [await newUser(rooms.call), await newUser(rooms.call)];
    const { accessToken: token } = owner;
    const app = await rooms.application();
    // Makes ids of each kind differ from those of the others.
    for (let i = 0; i < 3; i++) await rooms.admin('POST', `applications/${app.id}/keys`);
    const made = new Set<string>();
    const create = async (
      operation: string,
      path: string,
      body: unknown,
      as: { token?: string; headers?: Record<string, string> },
    ): Promise<{ readonly id: number }> => {
      made.add(operation);
      const answer = await rooms.call('POST', path, { ...as, ...(body !== undefined && { body }) });
      expect([operation, answer.status]).toEqual([operation, 201]);
      const location = answer.headers.get('location') ?? '';
      const found = await rooms.call('GET', location, as);
      expect([operation, location, found.status]).toEqual([operation, location, 200]);
      // The resource itself, or the list that contains it.
      const id = answer.body.id ?? answer.body.code ?? answer.body.iotaId ?? answer.body.userId ?? answer.body.name;
      expect([operation, JSON.stringify(found.body)]).toEqual([operation, expect.stringContaining(String(id))]);
      return answer.body as { readonly id: number };
    };
    const admin = { token: (await signIn(rooms.call, ADMIN.email, ADMIN.password)).accessToken };
    const user = { token };
    const application = { headers: { 'api-key': app.apiKey } };
    const account = { email: 'new@example.org', password: 'a good password', firstName: 'A', lastName: 'B' };
    await create('accounts.create', 'accounts', account, admin);
    await create('services.create', 'services', { title: 'Located' }, admin);
    await create('applications.create', 'applications', { name: 'Located' }, admin);
    await create('applications.createKey', `applications/${app.id}/keys`, undefined, admin);
    const wish = { issuer: 'located', algorithm: 'HS256', secret: 'x'.repeat(32) };
    await create('tokenIssuers.create', `applications/${app.id}/token-issuers`, wish, admin);
    await create('rooms.create', 'rooms', { name: 'located' }, application);
    await create('endpoints.create', 'rooms/located/endpoints', { permissions: 'read' }, application);
    const circle = await create('circles.create', 'circles', { name: 'Located' }, user);
    await create('devices.create', `circles/${circle.id}/devices`, { name: 'Lamp' }, user);
    const invite = { email: friend.user.email };
    const { id } = await create('invites.create', `circles/${circle.id}/invites`, invite, user);
    await rooms.call('POST', `invites/${id}/accept`, { token: friend.accessToken });
    const talk = await create('conversations.create', `circles/${circle.id}/conversations`, { name: 'Talk' }, user);
    const member = { userId: friend.user.id };
    await create('conversations.addMember', `conversations/${talk.id}/members`, member, user);
    await create('messages.create', `conversations/${talk.id}/messages`, { text: 'hi' }, user);
    await create('lobbyTokens.create', 'lobby/tokens', {}, user);
    await create('iotas.create', 'omikron/iotas', { name: 'Located', iotaId: UUIDS[0] }, admin);
    const profile = { userId: UUIDS[1], privateKeyHash: 'ab'.repeat(32) };
    await create('iotas.createProfile', `omikron/iotas/${UUIDS[0]}/profiles`, profile, admin);
    await create('revocations.create', 'revocations', { user: friend.user.id }, admin);
    await create('machineKeys.create', 'machine-keys', { name: 'Located', scopes: ['services:read'] }, admin);
    // A ticket can be used, but never read.
    made.add('tickets.create');
    const all = operationsOfDocument().filter(({ creates }) => creates);
    expect(all.map(({ id: operation }) => operation).filter((operation) => !made.has(operation))).toEqual([]);
  });
});
