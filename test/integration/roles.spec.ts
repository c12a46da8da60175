import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ADMIN, newUser, type Session, signIn } from '../support/api.js';
import { RoomsHarness } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';

describe('what roles see and do', () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let services: Awaited<ReturnType<typeof ServicesHarness.on>>;
  let admin: Session;
  const people: Record<string, Session> = {};

  beforeAll(async () => {
    rooms = await RoomsHarness.start({ REGISTRATION: 'open', REST_RATE: '0' });
    services = await ServicesHarness.on(rooms.app);
    admin = await signIn(rooms.call, ADMIN.email, ADMIN.password);
    for (const role of ['viewer', 'operator']) {
      const made = await newUser(rooms.call);
      await rooms.admin('PATCH', `accounts/${made.user.id}`, { role });
      people[role] = made;
    }
  });
  afterAll(async () => {
    await services.hangUp();
    await rooms.close();
  });

  const as = (role: string, method: string, path: string, body?: object) =>
    rooms.call(method, path, { token: people[role]!.accessToken, ...(body && { body }) });

  it('changes with the next request', async () => {
    const { user, accessToken } = await newUser(rooms.call);
    const list = async () => (await rooms.call('GET', 'services', { token: accessToken })).status;
    const become = (role: string) => rooms.admin('PATCH', `accounts/${user.id}`, { role });
    expect(await list()).toBe(403);
    expect((await become('viewer')).body.role).toBe('viewer');
    expect(await list()).toBe(200);
    await become('user');
    expect(await list()).toBe(403);
    expect((await become('owner')).status).toBe(422);
  });

  it('keeps the last admin from becoming an operator', async () => {
    const { status, body } = await rooms.admin('PATCH', `accounts/${admin.user.id}`, { role: 'operator' });
    expect([status, body.code]).toEqual([409, 'last_admin']);
  });

  it('shows session codes to those who may act on them', async () => {
    const service = await services.service({ title: 'Exhibit', allowPublicCode: true });
    const { code } = await services.host(service, true);
    const codes = async (role: string) =>
      (await as(role, 'GET', `services/${service.id}/sessions`)).body.items.map((each: { code: unknown }) => each.code);
    expect(await codes('operator')).toEqual([code]);
    expect(await codes('viewer')).toEqual([null]);
  });

  it('shows everybody’s lobby tokens to a viewer, who can only delete their own', async () => {
    const { body: token } = await rooms.call('POST', 'lobby/tokens', { token: admin.accessToken, body: {} });
    const path = `lobby/tokens/${token.id}`;
    expect((await as('viewer', 'GET', path)).status).toBe(200);
    expect((await as('viewer', 'DELETE', path)).status).toBe(404);
    expect((await as('operator', 'DELETE', path)).status).toBe(204);
  });

  it('lets no operator create an account if registration is closed', async () => {
    const other = await RoomsHarness.start({ REGISTRATION: 'closed' });
    try {
      const account = { email: 'o@example.org', password: 'a good password', firstName: 'O', lastName: 'P' };
      const { body: made } = await other.admin('POST', 'accounts', account);
      await other.admin('PATCH', `accounts/${made.id}`, { role: 'operator' });
      const { accessToken } = await signIn(other.call, account.email, account.password);
      const body = { ...account, email: 'p@example.org' };
      expect((await other.call('POST', 'accounts', { token: accessToken, body })).body.code).toBe(
        'registration_closed',
      );
      const wish = { name: 'Provisioning', scopes: ['accounts:write'] };
      const { key } = (await other.admin('POST', 'machine-keys', wish)).body;
      expect((await other.call('POST', 'accounts', { token: key, body })).status).toBe(201);
    } finally {
      await other.close();
    }
  });
});
