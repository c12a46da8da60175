import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, ADMIN_ENV, apiOf, newUser, type Session, signIn } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { DOCUMENTED, documentedExample, DocumentedCalls, faultsOf } from '../support/documented-calls.js';

/** Operations that are not called here, and where they are. */
const ELSEWHERE: Readonly<Record<string, string>> = {
  'GET /api/find_omikron 200': 'needs a connected home server: test/protocols/omikron',
  'GET /api/find_omikron/{userId} 200': 'needs a connected home server: test/protocols/omikron',
  'GET /api/v1/accounts/me/identities 200': 'needs an identity provider: test/integration/account-identities.spec.ts',
  'GET /api/v1/accounts/{id}/identities 200': 'needs an identity provider: test/integration/account-identities.spec.ts',
  'GET /api/v1/calls/{id} 200': 'needs a call: test/integration/calls.spec.ts',
  'GET /api/v1/connections/{id} 200': 'needs a socket: test/integration/admin-lists.spec.ts',
  'POST /api/v1/auth/oidc/exchange 200': 'needs an identity provider: test/protocols/sign-in/oidc.spec.ts',
  'POST /api/v1/auth/oidc/exchange body': 'needs an identity provider: test/protocols/sign-in/oidc.spec.ts',
  'POST /create_room/ body': 'answers text: test/protocols/rooms/conformance.spec.ts',
  'PUT /api/v1/media/{id}/content 200': 'needs a file: test/integration/circles-media.spec.ts',
  'POST /api/v1/conversations/{id}/messages 200': 'a repetition: test/integration/circles-order.spec.ts',
};

describe('the examples in the document', () => {
  it.each([...DOCUMENTED])('match their schemas: %s', (_place, schema) => {
    expect(faultsOf(schema, documentedExample(schema))).toEqual([]);
  });
});

describe('a server called with the documented examples', () => {
  let server: RunningApp;
  let calls: DocumentedCalls;
  let admin: { token: string };
  let bob: Session;
  const as = ({ accessToken: token }: Session) => ({ token });

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0', REGISTRATION: 'open' });
    const api = apiOf(server);
    calls = new DocumentedCalls(api);
    admin = as(await signIn(api, ADMIN.email, ADMIN.password));
    bob = await newUser(api);
  });
  afterAll(() => server.close());

  it('creates an account and signs in', async () => {
    const { call } = bound(calls);
    const { id } = await call('accounts.create');
    await call('auth.login');
    const ada = await call('auth.login');
    const own = as(await call('auth.refresh', { with: { refreshToken: ada.refreshToken } }));
    for (const operation of ['auth.me', 'accounts.getMe', 'accounts.updateMe', 'accountLogins.listMine'])
      await call(operation, own);
    await call('accountMediaUsage.getMine', own);
    await call('iceServers.get', own);
    await call('accounts.list', admin);
    for (const operation of ['accounts.get', 'accountLogins.list', 'accountMediaUsage.get'])
      await call(operation, { ...admin, at: { id } });
  });

  it('creates a circle, its device, a conversation and a message', async () => {
    const { call } = bound(calls);
    const ada = as(await call('auth.login'));
    const owner = as(bob);
    const at = { id: (await call('circles.create', owner)).id };
    await call('invites.create', { ...owner, at });
    await call('invites.listOfCircle', { ...owner, at });
    const [invite] = (await call('invites.list', ada)).items;
    await call('invites.accept', { ...ada, at: { id: invite.id } });
    for (const operation of ['circles.get', 'circles.update', 'circles.listMembers', 'circleMediaUsage.get'])
      await call(operation, { ...owner, at });
    await call('circles.list', owner);
    const { id: userId } = await call('accounts.getMe', ada);

    const device = await call('devices.create', { ...owner, at });
    await call('auth.deviceLogin', { with: { username: device.username, password: device.password } });
    await call('devices.list', { ...owner, at });
    for (const operation of ['devices.get', 'devices.update', 'devices.replacePassword'])
      await call(operation, { ...owner, at: { id: device.id } });

    const { id } = await call('conversations.create', { ...owner, at, with: { memberIds: [] } });
    await call('conversations.list', { ...owner, at });
    await call('conversations.addMember', { ...owner, at: { id }, with: { userId } });
    for (const operation of ['conversations.get', 'conversations.update'])
      await call(operation, { ...owner, at: { id } });
    const message = await call('messages.create', { ...owner, at: { id } });
    await call('media.get', { ...owner, at: { id: message.media[0].id } });
    await call('messages.list', { ...owner, at: { id } });
    await call('messages.update', { ...owner, at: { id: message.id } });
    await call('conversations.markRead', { ...ada, at: { id }, with: { messageId: message.id } });
    // These transfer permissions to somebody else.
    await call('conversations.promoteMember', { ...owner, at: { id, userId } });
    await call('circles.updateMember', { ...owner, at: { ...at, userId } });
  });

  it('creates an application, its room, endpoints and messages', async () => {
    const { call } = bound(calls);
    const { id, apiKey } = await call('applications.create', admin);
    const key = { headers: { 'api-key': apiKey } };
    await call('applications.list', admin);
    for (const operation of ['applications.get', 'applications.update', 'applications.listKeys', 'tokenIssuers.list'])
      await call(operation, { ...admin, at: { id } });
    const made = await call('applications.createKey', { ...admin, at: { id } });
    await call('applications.getKey', { ...admin, at: { id, keyId: made.id } });
    const issuer = await call('tokenIssuers.create', { ...admin, at: { id } });
    await call('tokenIssuers.get', { ...admin, at: { id, issuerId: issuer.id } });
    await call('tickets.create', key);

    const { name } = await call('rooms.create', key);
    const { code } = await call('endpoints.create', { ...key, at: { name } });
    await call('endpoints.get', { ...key, at: { name, code } });
    await call('roomMessages.publish', { ...key, at: { name } });
    for (const operation of ['rooms.get', 'rooms.update', 'rooms.presence', 'endpoints.list', 'roomMessages.list'])
      await call(operation, { ...key, at: { name } });
    await call('rooms.list', key);
    await call('applicationRooms.list', { ...admin, at: { id } });
    for (const operation of ['get', 'listEndpoints', 'listMessages', 'presence'])
      await call(`applicationRooms.${operation}`, { ...admin, at: { id, name } });
    await call('legacyRooms.addEndpointByBody', key);
    await call('legacyRooms.addEndpoint', { ...key, at: { name, permissions: 'read' } });
    await call('legacyRooms.listEndpoints', { ...key, at: { name } });
    await call('legacyRooms.listRooms', key);
  });

  it('creates a service, a home server, keys and tokens', async () => {
    const { call } = bound(calls);
    const at = { id: (await call('services.create', admin)).id };
    for (const operation of ['get', 'update', 'publish', 'rotateToken', 'listSessions'])
      await call(`services.${operation}`, { ...admin, at });
    await call('services.list', admin);

    const { iotaId } = await call('iotas.create', admin);
    const { userId } = await call('iotas.createProfile', { ...admin, at: { iotaId } });
    await call('iotas.getProfile', { ...admin, at: { iotaId, userId } });
    for (const operation of ['get', 'listProfiles', 'rotateToken'])
      await call(`iotas.${operation}`, { ...admin, at: { iotaId } });
    await call('iotas.list', admin);

    const token = await call('lobbyTokens.create', as(bob));
    await call('lobbyTokens.get', { ...as(bob), at: { id: token.id } });
    await call('lobbyTokens.list', as(bob));
    const key = await call('machineKeys.create', admin);
    for (const operation of ['get', 'rotate']) await call(`machineKeys.${operation}`, { ...admin, at: { id: key.id } });
    await call('machineKeys.list', admin);
    const revocation = await call('revocations.create', { ...admin, with: { service: at.id } });
    await call('revocations.get', { ...admin, at: { id: revocation.id } });
    await call('revocations.list', admin);
  });

  it('reports its state, and what was done', async () => {
    const { call } = bound(calls);
    for (const operation of ['health.live', 'health.ready', 'auth.methods']) await call(operation);
    const lists = ['calls.list', 'lobby.list', 'connections.list', 'connections.listEnded', 'audit.list'];
    for (const operation of [...lists, 'audit.verify', 'config.get', 'metricsHistory.read', 'stats.read'])
      await call(operation, admin);
    const [entry] = (await call('audit.list', admin)).items;
    await call('audit.get', { ...admin, at: { id: entry.id } });
    const [node] = (await call('nodes.list', admin)).items;
    await call('nodes.get', { ...admin, at: { name: node.id } });
    await call('top.read', { ...admin, query: '?kind=room' });
  });

  it('makes the changes that have to come last', async () => {
    const { call } = bound(calls);
    await call('accounts.changePassword', as(await call('auth.login')));
    const { items } = await call('accounts.list', { ...admin, query: '?limit=200' });
    const at = { id: items.find(({ email }: { email: string }) => email === 'ada@example.org').id };
    await call('accounts.update', { ...admin, at });
    await call('accounts.resetPassword', { ...admin, at });
  });

  it('was called with all of them', () => {
    const missed = [...DOCUMENTED.keys()].filter((place) => !calls.seen.has(place));
    expect(missed.sort()).toEqual(Object.keys(ELSEWHERE).sort());
  });
});

const bound = (calls: DocumentedCalls) => ({ call: calls.call.bind(calls) });
