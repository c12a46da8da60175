import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { RoomsHarness } from '../support/rooms.js';
import { INVALID, left, ServicesHarness } from '../support/services.js';

const REVOKED = { type: 'server_disconnect', message: 'Revoked' };

describe('connections and revocations', () => {
  let services: ServicesHarness;
  beforeAll(async () => {
    services = await ServicesHarness.start();
  });
  afterEach(() => services.hangUp());
  afterAll(() => services.close());

  const connections = async (query = ''): Promise<{ id: string; principal: { kind: string; id: string } | null }[]> =>
    (await services.api('GET', `connections${query}`)).body.items;

  it('lists who is connected, by protocol and principal, page by page, without secrets', async () => {
    const service = await services.service({ allowPublicCode: true });
    const { host, code } = await services.host(service, true);
    await services.guest(code, host);
    await services.client(service, host);
    await services.connect();
    const all = await connections();
    expect(all.map(({ principal }) => principal?.kind ?? null)).toEqual(['host', 'guest', 'client', null]);
    expect(JSON.stringify(all)).not.toContain(code);
    expect(await connections('?protocol=rooms')).toEqual([]);
    expect((await connections('?principal=guest')).map((item) => item.principal?.kind)).toEqual(['guest']);
    const first = (await services.api('GET', 'connections?limit=3')).body;
    const second = (await services.api('GET', `connections?limit=3&cursor=${first.nextCursor}`)).body;
    expect([...first.items, ...second.items].map(({ id }: { id: string }) => id)).toEqual(all.map(({ id }) => id));
    expect(second.nextCursor).toBeNull();
  });

  it('closes one connection, and tells the others', async () => {
    const service = await services.service();
    const { host } = await services.host(service);
    const { client, user } = await services.client(service, host);
    const [item] = await connections(`?principal=${user}`);
    expect((await services.api('DELETE', `connections/${item?.id}`)).status).toBe(204);
    await client.expectNext(REVOKED);
    expect(await client.closeCode()).toBe(4000);
    await host.expectNext(left('client', user));
    expect((await services.api('DELETE', `connections/${item?.id}`)).status).toBe(404);
    expect((await services.api('DELETE', 'connections/nonsense')).status).toBe(404);
  });

  it('closes the sockets of a revoked service and refuses them until the revocation is lifted', async () => {
    const [service, other] = [await services.service(), await services.service()];
    const { host } = await services.host(service);
    const { client } = await services.client(service, host);
    const { host: untouched } = await services.host(other);
    const { status, body } = await services.api('POST', 'revocations', { service: service.id, reason: 'stolen' });
    expect(status).toBe(201);
    expect(body).toMatchObject({ selector: 'service', subject: String(service.id), reason: 'stolen', until: null });
    for (const socket of [host, client]) {
      while ((await socket.next()).type !== REVOKED.type);
    }
    for (const socket of [host, client]) expect(await socket.closeCode()).toBe(4000);
    const again = await services.connect();
    again.send({ token: service.clientToken });
    await again.expectNext(INVALID);
    expect(await again.closeCode()).toBe(1000);
    const owner = await services.connect();
    owner.send({ token: service.hostToken });
    await owner.expectNext(INVALID);
    expect(await owner.closeCode()).toBe(1000);
    expect((await services.api('DELETE', `revocations/${body.id}`)).status).toBe(204);
    const { client: back } = await services.client(service);
    back.send({ alive: true });
    untouched.send({ alive: true });
    expect((await services.api('GET', 'revocations')).body.items).toEqual([]);
  });

  it('expire by themselves', async () => {
    const service = await services.service();
    const until = new Date(Date.now() + 1_200).toISOString();
    await services.api('POST', 'revocations', { service: service.id, until });
    const refused = await services.connect();
    refused.send({ token: service.clientToken });
    await refused.expectNext(INVALID);
    await new Promise((resolve) => setTimeout(resolve, 1_300));
    await services.client(service);
  });

  it('revokes the guests of a code and leaves host and clients', async () => {
    const service = await services.service({ allowPublicCode: true });
    const { host, code } = await services.host(service, true);
    const { guest, user } = await services.guest(code, host);
    const { body } = await services.api('POST', 'revocations', { guestCode: code });
    expect(JSON.stringify(body)).not.toContain(code);
    await guest.expectNext(REVOKED);
    await host.expectNext(left('guest', user));
    const again = await services.connect();
    again.send({ token: code });
    await again.expectNext(INVALID);
    expect(await again.closeCode()).toBe(1000);
    const { user: client } = await services.client(service, host);
    expect(client).not.toBe('');
  });

  it('of a key still apply to the endpoints that it created once the key is deleted', async () => {
    const rooms = await RoomsHarness.on(services.server);
    const application = await rooms.application();
    await rooms.room(application, 'lobby');
    const [{ id }] = (await rooms.admin('GET', `applications/${application.id}/keys`)).body.items;
    const endpoint = await rooms.endpoint(application, 'lobby');
    await rooms.admin('POST', `applications/${application.id}/keys`);
    const revocation = await rooms.admin('POST', 'revocations', { apiKey: id });
    expect(revocation.status).toBe(201);
    await expect(rooms.connect(endpoint)).rejects.toThrow('403');
    expect((await rooms.admin('DELETE', `applications/${application.id}/keys/${id}`)).status).toBe(204);
    await expect(rooms.connect(endpoint)).rejects.toThrow('403');
    await rooms.admin('DELETE', `revocations/${revocation.body.id}`);
    const member = await rooms.connect(endpoint);
    await member.close();
  });

  it('name an endpoint by its id, for admins who do not see its code', async () => {
    const rooms = await RoomsHarness.on(services.server);
    const application = await rooms.application();
    await rooms.room(application, 'hall');
    const endpoint = await rooms.endpoint(application, 'hall', 'read', 'screen');
    const other = await rooms.member(application, 'hall', 'read', 'other');
    const socket = await rooms.connect(endpoint);
    const listed = async () =>
      (await rooms.admin('GET', `applications/${application.id}/rooms/hall/endpoints`)).body.items;
    const [{ id, revoked }] = await listed();
    expect(revoked).toBe(false);
    const { status, body } = await rooms.admin('POST', 'revocations', { endpoint: String(id) });
    expect([status, body.selector, body.subject]).toEqual([201, 'endpoint', String(id)]);
    expect(await socket.closeCode()).toBe(1008);
    await expect(rooms.connect(endpoint)).rejects.toThrow('403');
    expect((await listed()).map((each: { revoked: boolean }) => each.revoked)).toEqual([true, false]);
    expect((await rooms.admin('DELETE', `revocations/${body.id}`)).status).toBe(204);
    await (await rooms.connect(endpoint)).close();
    // It is also revoked by its code, and by the key that created it.
    const byCode = await rooms.admin('POST', 'revocations', { endpoint: endpoint.code });
    expect((await listed())[0].revoked).toBe(true);
    await rooms.admin('DELETE', `revocations/${byCode.body.id}`);
    const [{ id: apiKey }] = (await rooms.admin('GET', `applications/${application.id}/keys`)).body.items;
    const byKey = await rooms.admin('POST', 'revocations', { apiKey });
    expect((await listed()).map((each: { revoked: boolean }) => each.revoked)).toEqual([true, true]);
    expect(await other.closeCode()).toBe(1008);
    await rooms.admin('DELETE', `revocations/${byKey.body.id}`);
    await rooms.hangUp();
  });

  it.each([
    [{}, 422],
    [{ service: 1, user: 1 }, 422],
    [{ service: 0 }, 422],
    [{ service: '1' }, 422],
    [{ iota: 'no uuid' }, 422],
    [{ service: 1, until: '2020-01-01T00:00:00Z' }, 422],
    [{ service: 1, until: 'tomorrow' }, 422],
    [{ service: 1, extra: 1 }, 422],
    [{ service: 1, connection: 'x-1' }, 422],
    [{ endpoint: 'x\u0000' }, 422],
  ])('answers %j with %i', async (body, status) => {
    const answer = await services.api('POST', 'revocations', body);
    expect(answer.status).toBe(status);
    expect(answer.body.errors.length).toBeGreaterThan(0);
  });

  it.each([
    { user: 99_999 },
    { device: 99_999 },
    { apiKey: 99_999 },
    { endpoint: '99999' },
    { endpoint: '9999999999' },
    { endpoint: '007' },
    { endpoint: 'A'.repeat(100) },
    { service: 99_999 },
    { guestCode: 'ABCD' },
    { guestCode: 'no code' },
    { iota: '5f8d3c52-9a3e-4b7e-8f0a-1c2d3e4f5a6b' },
    { connection: 'nonsense' },
    { connection: 'ffffffffffffffff-1' },
  ])('answers %j, which does not exist, with 422', async (body) => {
    const { status, body: problem } = await services.api('POST', 'revocations', body);
    expect([status, problem.code]).toEqual([422, 'unknown_subject']);
    expect(problem.errors).toMatchObject([{ field: Object.keys(body)[0] }]);
    expect((await services.api('GET', 'revocations')).body.items).not.toContainEqual(
      expect.objectContaining({ selector: Object.keys(body)[0], subject: String(Object.values(body)[0]) }),
    );
  });

  it('revokes the credential of a connection', async () => {
    const service = await services.service({ allowPublicCode: true });
    const { host, code } = await services.host(service, true);
    const { guest, user } = await services.guest(code, host);
    const { client, user: clientId } = await services.client(service, host);
    const revoke = async (principal: string) => {
      const [item] = await connections(`?principal=${principal}`);
      return services.api('POST', 'revocations', { connection: item?.id });
    };
    const { status, body } = await revoke(user);
    expect([status, body.selector, body.subject]).toEqual([201, 'guestCode', null]);
    await guest.expectNext(REVOKED);
    await host.expectNext(left('guest', user));
    const again = await services.connect();
    again.send({ token: code });
    await again.expectNext(INVALID);
    expect((await revoke(clientId)).body).toMatchObject({ selector: 'service', subject: String(service.id) });
    while ((await client.next()).type !== REVOKED.type);
    const [stranger] = [await services.connect()];
    const [unnamed] = (await connections()).filter(({ principal }) => principal === null);
    const refused = await services.api('POST', 'revocations', { connection: unnamed?.id });
    expect([refused.status, refused.body.code]).toEqual([422, 'unknown_subject']);
    await stranger.close();
  });

  it('does not let admins lock themselves out', async () => {
    const { id } = (await services.api('GET', 'auth/me')).body;
    expect((await services.api('POST', 'revocations', { user: id })).status).toBe(409);
  });
});
