import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newUser, signIn } from '../support/api.js';
import { RoomsHarness, type TestApplication } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';

/** What an admin does on an ordinary day, over REST only. */
describe("an admin's day", () => {
  let rooms: Awaited<ReturnType<typeof RoomsHarness.start>>;
  let services: Awaited<ReturnType<typeof ServicesHarness.on>>;
  let app: TestApplication;

  beforeAll(async () => {
    rooms = await RoomsHarness.start({ REGISTRATION: 'open' });
    services = await ServicesHarness.on(rooms.app);
    app = await rooms.application('Museum guide');
    await rooms.room(app, 'hall', { durable: true });
  });
  afterAll(async () => {
    await services.hangUp();
    await rooms.close();
  });

  const get = async (path: string) => {
    const { status, body } = await rooms.admin('GET', path);
    expect([path, status]).toEqual([path, 200]);
    return body;
  };

  it('finds a user, disables the account and sets a new password', async () => {
    const person = await newUser(rooms.call, { firstName: 'Grace', lastName: 'Hopper' });
    const { items } = await get('accounts?q=grace+hopper');
    expect(items).toMatchObject([{ id: person.user.id, disabled: false, role: 'user' }]);
    expect((await rooms.admin('PATCH', `accounts/${items[0].id}`, { disabled: true })).status).toBe(200);
    expect((await rooms.call('GET', 'auth/me', { token: person.accessToken })).status).toBe(401);
    expect((await rooms.admin('PATCH', `accounts/${items[0].id}`, { disabled: false })).status).toBe(200);
    const { body } = await rooms.admin('POST', `accounts/${items[0].id}/password-reset`);
    await expect(signIn(rooms.call, person.user.email, person.password)).rejects.toThrow('answered 401');
    await signIn(rooms.call, person.user.email, body.temporaryPassword as string);
  });

  it('sees what is connected to an application, and disconnects and revokes single rows', async () => {
    const found = (await get('applications?q=museum')).items[0];
    const [alice, bob] = [
      await rooms.member(app, 'hall', 'readwrite', 'alice'),
      await rooms.endpoint(app, 'hall', 'readwrite', 'bob'),
    ];
    const bobs = await rooms.connect(bob);
    const rows = (await get(`connections?application=${found.id}`)).items;
    expect(rows).toHaveLength(2);
    const rowOf = (name: string) =>
      rows.find(({ principal }: { principal: { label: string } }) => principal.label.endsWith(name));
    expect((await rooms.admin('DELETE', `connections/${rowOf('alice').id}`)).status).toBe(204);
    expect(await alice.closeCode()).toBe(1008);
    const revoked = await rooms.admin('POST', 'revocations', { connection: rowOf('bob').id, reason: 'leaked' });
    expect([revoked.status, revoked.body.selector]).toEqual([201, 'endpoint']);
    expect(await bobs.closeCode()).toBe(1008);
    await expect(rooms.connect(bob)).rejects.toThrow('403');
  });

  it('sees who used which key, and replaces one without closing what it created', async () => {
    const { items: before } = await get(`applications/${app.id}/keys`);
    expect(before).toMatchObject([{ prefix: app.apiKey.slice(0, 11), lastUsedAt: expect.any(String) }]);
    const member = await rooms.member(app, 'hall', 'readwrite', 'carol');
    const added = await rooms.admin('POST', `applications/${app.id}/keys`);
    expect((await rooms.admin('DELETE', `applications/${app.id}/keys/${before[0].id}`)).status).toBe(204);
    expect((await rooms.as(app, 'GET', 'rooms')).status).toBe(401);
    app = { ...app, apiKey: added.body.apiKey as string };
    member.send({ message: 'still here' });
    expect(await member.next()).toMatchObject({ message: 'still here' });
    expect((await rooms.as(app, 'GET', 'rooms')).status).toBe(200);
  });

  it('finds a failed call and its reason', async () => {
    await rooms.app.dataSource.query(
      `INSERT INTO calls (key, protocol, started_at, lease_until) VALUES ('lost', 'signaling', now() - interval '1 hour', now() - interval '1 hour')`,
    );
    const lapsed = async () => (await get('calls?outcome=failed')).items;
    await expect.poll(lapsed, { timeout: 20_000 }).toMatchObject([{ outcome: 'failed', reason: 'abandoned' }]);
  });

  it("sees a room's history, endpoints and presence", async () => {
    const member = await rooms.member(app, 'hall', 'readwrite', 'dave');
    member.send({ message: 'said' });
    await member.next();
    const room = `applications/${app.id}/rooms/hall`;
    expect((await get(`${room}/messages`)).items.at(-1)).toMatchObject({ message: 'said', identity: 'dave' });
    expect((await get(`${room}/endpoints?identity=dave`)).items).toMatchObject([{ identity: 'dave', room: 'hall' }]);
    expect((await get(`${room}/presence`)).items).toContainEqual(expect.objectContaining({ identity: 'dave' }));
  });

  it('changes a guest limit live', async () => {
    const service = await services.service({ allowPublicCode: true, guestLimit: 1 });
    const { host, code } = await services.host(service, true);
    await services.guest(code, host);
    const [{ id }] = (await get(`services?q=${encodeURIComponent(service.title)}`)).items;
    expect((await rooms.admin('PATCH', `services/${id}`, { guestLimit: 2 })).status).toBe(200);
    await services.guest(code, host);
  });

  it('sees what is away and since when', async () => {
    expect((await get('nodes')).items).toMatchObject([{ state: 'ready', startedAt: expect.any(String), away: [] }]);
    expect((await rooms.call('GET', '/health/ready')).body).toMatchObject({ status: 'ok' });
  });
});
