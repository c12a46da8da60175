import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ManualTime } from '../../support/manual-time.js';
import { authorized, ENDED, joined, KICKED, left, ServicesHarness, type TestService } from '../../support/services.js';

describe('a service with a grace period for its host', () => {
  let harness: ServicesHarness;
  let time: ManualTime;

  beforeAll(async () => {
    harness = await ServicesHarness.start();
    await harness.nodesKnowEachOther();
    time = ManualTime.of(harness.server);
  });
  afterAll(() => harness.close());
  afterEach(() => harness.hangUp());

  /** It has left, and the session waits for it. */
  const hostIsAway = (service: TestService): Promise<void> =>
    vi.waitFor(async () => {
      const { body } = await harness.api('GET', `services/${service.id}/sessions`);
      expect(body.items).toMatchObject([{ host: null }]);
    });

  it('keeps code and guests while the host is away, and does not announce its return', async () => {
    const service = await harness.service({ allowPublicCode: true, hostGraceSeconds: 20 });
    const { client } = await harness.client(service);
    const { host, code } = await harness.host(service, true);
    const { user } = await client.next();
    const { guest, user: guestUser } = await harness.guest(code, host);
    host.socket.terminate();
    await client.expectNothing();
    const { body } = await harness.api('GET', `services/${service.id}/sessions`);
    expect(body.items).toMatchObject([{ code, host: null, clients: 1, guests: 1 }]);
    expect((await harness.api('POST', `services/${service.id}/messages`, { message: {} })).body).toEqual({
      delivered: 2,
    });
    for (const socket of [client, guest]) await socket.expectNext({});
    const { guest: late } = await harness.guest(code);
    const { host: back, code: sameCode } = await harness.host(service, true);
    expect(sameCode).toBe(code);
    guest.send({ hello: 'again' });
    await back.expectNext({ hello: 'again', user: guestUser });
    for (const socket of [client, guest, late]) await socket.expectNothing(50);
    const { body: after } = await harness.api('GET', `services/${service.id}/sessions`);
    expect(after.items).toMatchObject([{ code, host: user, guests: 2 }]);
  });

  it('ends the session if the host stays away', async () => {
    const service = await harness.service({ allowPublicCode: true, hostGraceSeconds: 1 });
    const { client } = await harness.client(service);
    const { host, code } = await harness.host(service, true);
    const { user } = await client.next();
    const { guest } = await harness.guest(code, host);
    await host.close();
    await hostIsAway(service);
    await time.passes(900);
    await client.expectNothing();
    await time.passes(100);
    await guest.expectNext(ENDED);
    expect(await guest.closeCode()).toBe(4000);
    await client.expectNext(left('host', user));
    const { host: late, code: newCode } = await harness.host(service, true);
    expect(newCode).not.toBe(code);
    const { user: newUser } = await client.next();
    expect(newUser).not.toBe(user);
    await late.expectNothing();
  });

  it('continues the session if the host comes back before its old socket is known to be dead', async () => {
    const service = await harness.service({ allowPublicCode: true, hostGraceSeconds: 1 });
    const { client } = await harness.client(service);
    const { host: old, code } = await harness.host(service, true);
    const { user } = await client.next();
    const { guest } = await harness.guest(code, old);
    const { host: young, code: sameCode } = await harness.host(service, true);
    expect(sameCode).toBe(code);
    await old.expectNext(KICKED);
    expect(await old.closeCode()).toBe(4000);
    // The end of the old socket starts no timer.
    await time.passes(1_300);
    for (const socket of [client, guest]) await socket.expectNothing();
    client.send({ a: 1 });
    expect(await young.next()).toMatchObject({ a: 1 });
    await young.close();
    await hostIsAway(service);
    await time.passes(1_000);
    await guest.expectNext(ENDED);
    await client.expectNext(left('host', user));
  });

  it('gives each of several hosts its own session back', async () => {
    const service = await harness.service({ allowPublicCode: true, allowMultipleHosts: true, hostGraceSeconds: 20 });
    const one = await harness.host(service, true);
    const two = await harness.host(service, true);
    await one.host.close();
    await two.host.close();
    const sockets = await Promise.all([harness.connect(), harness.connect(), harness.connect()]);
    for (const socket of sockets) socket.send({ token: service.hostToken });
    const codes = new Set<string>();
    for (const socket of sockets) {
      await socket.expectNext(authorized('host'));
      codes.add((await socket.next()).code);
    }
    expect(codes.size).toBe(3);
    expect([...codes]).toEqual(expect.arrayContaining([one.code, two.code]));
  });

  it('ends the session at once when the token is rotated or an admin ends it', async () => {
    const service = await harness.service({ allowPublicCode: true, hostGraceSeconds: 20 });
    const { client } = await harness.client(service);
    const { host } = await harness.host(service, true);
    const { user } = await client.next();
    await host.close();
    const { body } = await harness.api('POST', `services/${service.id}/tokens/rotate`, { role: 'host' });
    await client.expectNext(left('host', user));
    const renewed = { ...service, hostToken: body.token as string };
    const { host: next, code } = await harness.host(renewed, true);
    const join = await client.next();
    await client.expectNothing(0);
    expect(join).toEqual(joined('host', join.user));
    expect((await harness.api('DELETE', `services/${service.id}/sessions/${code}`)).status).toBe(204);
    await next.expectNext({
      type: 'server_disconnect',
      message: 'Session ended by administrator',
    });
    await client.expectNext(left('host', join.user));
  });

  it('issues a new code if the old one has expired', async () => {
    const service = await harness.service({ allowPublicCode: true, hostGraceSeconds: 20, codeTtlSeconds: 1 });
    const { host, code } = await harness.host(service, true);
    const { guest } = await harness.guest(code, host);
    await host.close();
    await harness.passes(time, 1_100);
    const { host: back, code: newCode } = await harness.host(service, true);
    expect(newCode).not.toBe(code);
    await harness.guest(newCode, back);
    back.send({ all: 1 });
    await guest.expectNext({ all: 1 });
  });
});
