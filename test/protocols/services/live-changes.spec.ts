import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { takeUnknown } from '../../support/frame-witness.js';
import { ManualTime } from '../../support/manual-time.js';
import { INVALID, left, ServicesHarness } from '../../support/services.js';

const disconnect = (message: string) => ({ type: 'server_disconnect', message });

describe('changes of a service reach its live sockets', () => {
  let harness: ServicesHarness;
  let time: ManualTime;

  beforeAll(async () => {
    harness = await ServicesHarness.start();
    await harness.nodesKnowEachOther();
    time = ManualTime.of(harness.server);
  });
  afterAll(() => harness.close());
  afterEach(() => harness.hangUp());

  it('rotating the host token closes hosts and their guests, tells clients, and invalidates the old token', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { client } = await harness.client(service);
    const { host, code } = await harness.host(service, true);
    const { user } = await client.next();
    const { guest } = await harness.guest(code, host);
    const { status, body } = await harness.api('POST', `services/${service.id}/tokens/rotate`, { role: 'host' });
    expect({ status, body }).toEqual({
      status: 200,
      body: { role: 'host', token: expect.stringMatching(/^[0-9a-f-]{36}$/) },
    });
    await host.expectNext(disconnect('Token rotated'));
    expect(await host.closeCode()).toBe(4000);
    await guest.expectNext(disconnect('Token rotated'));
    expect(await guest.closeCode()).toBe(4000);
    await client.expectNext(left('host', user));
    await client.expectNothing();

    for (const token of [service.hostToken, code]) {
      const late = await harness.connect();
      late.send({ token });
      await late.expectNext(INVALID);
    }
    const { host: next } = await harness.host({ ...service, hostToken: body.token }, true);
    await client.next();
    // Live sockets recognize the new token, and no longer the old one.
    client.send({ token: body.token });
    client.send({ token: service.hostToken });
    expect(await next.next()).toMatchObject({ token: service.hostToken });
  });

  it('rotating the client token closes only clients, and tells the host once', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { host, code } = await harness.host(service, true);
    const { client, user } = await harness.client(service, host);
    const { guest } = await harness.guest(code, host);
    await harness.api('POST', `services/${service.id}/tokens/rotate`, { role: 'client' });
    await client.expectNext(disconnect('Token rotated'));
    expect(await client.closeCode()).toBe(4000);
    await host.expectNext(left('client', user));
    await host.expectNothing();
    await guest.expectNothing(0);
    const late = await harness.connect();
    late.send({ token: service.clientToken });
    await late.expectNext(INVALID);
  });

  it('logins racing a rotation end up on the new token or not at all', async () => {
    const service = await harness.service();
    // All of them may be wrong by then; more mistakes from one address would have to wait.
    const sockets = await Promise.all(Array.from({ length: 8 }, () => harness.connect()));
    for (const socket of sockets.slice(0, 4)) socket.send({ token: service.clientToken });
    const rotated = harness.api('POST', `services/${service.id}/tokens/rotate`, { role: 'client' });
    for (const socket of sockets.slice(4)) socket.send({ token: service.clientToken });
    await rotated;
    for (const socket of sockets) expect([1000, 4000]).toContain(await lastCode(socket));
    const { host } = await harness.host(service);
    host.send({ anybody: true });
    const { body } = await harness.api('GET', `services/${service.id}/sessions`);
    expect(body.items[0].clients).toBe(0);
  });

  it('deleting a service closes everybody', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { host, code } = await harness.host(service, true);
    const { client } = await harness.client(service, host);
    const { guest } = await harness.guest(code, host);
    expect((await harness.api('DELETE', `services/${service.id}`)).status).toBe(204);
    for (const socket of [guest, host]) {
      await socket.expectNext(disconnect('Service deleted'));
      expect(await socket.closeCode()).toBe(4000);
    }
    expect(await client.next()).toMatchObject({ type: 'server_leave', role: 'host' });
    await client.expectNext(disconnect('Service deleted'));
    expect(await client.closeCode()).toBe(4000);
    for (const token of [service.hostToken, service.clientToken, code]) {
      const late = await harness.connect();
      late.send({ token });
      await late.expectNext(INVALID);
    }
  });

  it('targeting switches at once', async () => {
    const service = await harness.service();
    const { host } = await harness.host(service);
    const { client, user } = await harness.client(service, host);
    const { client: other } = await harness.client(service, host);
    for (const targeting of [false, true, false]) {
      await harness.api('PATCH', `services/${service.id}`, { targeting });
      host.send({ user, targeting });
      await client.expectNext({ user, targeting });
      if (targeting) await other.expectNothing();
      else await other.expectNext({ user, targeting });
    }
  });

  it('switching codes off keeps new guests out and admitted ones in', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { host, code } = await harness.host(service, true);
    const { guest, user } = await harness.guest(code, host);
    await harness.api('PATCH', `services/${service.id}`, { allowPublicCode: false });
    const late = await harness.connect();
    late.send({ token: code });
    await late.expectNext(INVALID);
    guest.send({ a: 1 });
    await host.expectNext({ a: 1, user });
  });

  it('lists sessions and ends them by code or id', async () => {
    const service = await harness.service({ allowPublicCode: true, allowMultipleHosts: true });
    const { client } = await harness.client(service);
    const one = await harness.host(service, true);
    const { user: oneUser } = await client.next();
    const two = await harness.host(service, true);
    const { user: twoUser } = await client.next();
    const { guest } = await harness.guest(one.code, one.host);
    await two.host.next();
    const path = `services/${service.id}/sessions`;
    const { body } = await harness.api('GET', path);
    expect(body).toEqual({
      items: [
        {
          id: expect.any(String),
          code: one.code,
          startedAt: expect.stringMatching(/Z$/),
          host: oneUser,
          clients: 1,
          guests: 1,
        },
        {
          id: expect.any(String),
          code: two.code,
          startedAt: expect.stringMatching(/Z$/),
          host: twoUser,
          clients: 1,
          guests: 0,
        },
      ],
      nextCursor: null,
    });
    expect((await harness.api('DELETE', `${path}/${one.code}`)).status).toBe(204);
    for (const socket of [one.host, guest]) {
      await socket.expectNext(disconnect('Session ended by administrator'));
      expect(await socket.closeCode()).toBe(4000);
    }
    await client.expectNext(left('host', oneUser));
    expect((await harness.api('DELETE', `${path}/${one.code}`)).status).toBe(404);
    expect((await harness.api('DELETE', `${path}/${body.items[1].id}`)).status).toBe(204);
    await client.expectNext(left('host', twoUser));
    expect((await harness.api('GET', path)).body.items).toEqual([]);
    expect((await harness.api('GET', 'services/999999/sessions')).status).toBe(404);
  });

  it('publishes to all, to hosts or to one socket, and counts the sockets', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const path = `services/${service.id}/messages`;
    expect((await harness.api('POST', path, { message: { a: 0 } })).body).toEqual({ delivered: 0 });
    const { host, code } = await harness.host(service, true);
    const { client, user } = await harness.client(service, host);
    const { guest } = await harness.guest(code, host);
    const message = { type: 'server_join', token: service.hostToken, user: 'x' };
    for (const to of [undefined, 'all']) {
      expect((await harness.api('POST', path, { message, to })).body).toEqual({ delivered: 3 });
      for (const socket of [host, client, guest]) await socket.expectNext(message);
    }
    expect((await harness.api('POST', path, { message, to: 'hosts' })).body).toEqual({ delivered: 1 });
    await host.expectNext(message);
    expect((await harness.api('POST', path, { message, to: user })).body).toEqual({ delivered: 1 });
    await client.expectNext(message);
    for (const to of ['nosuch', 'ffffff', 'clients', '../all']) {
      expect((await harness.api('POST', path, { message, to })).body).toEqual({ delivered: 0 });
    }
    for (const socket of [host, client, guest]) await socket.expectNothing(50);
    expect(takeUnknown()).toHaveLength(8);
    for (const bad of [
      {},
      { message: [] },
      { message: 'x' },
      { message: null },
      { message, to: 5 },
      { message, x: 1 },
    ]) {
      expect((await harness.api('POST', path, bad)).status).toBe(422);
    }
  });

  it('refuses guests above the limit, even if all come at once, and admits as many as leave', async () => {
    const service = await harness.service({ allowPublicCode: true, guestLimit: 7 });
    const { host, code } = await harness.host(service, true);
    const sockets = await Promise.all(Array.from({ length: 40 }, () => harness.connect()));
    for (const socket of sockets) socket.send({ token: code });
    const inside: typeof sockets = [];
    for (const socket of sockets) {
      const { type, message } = await socket.next();
      if (type === 'server_authorized') inside.push(socket);
      else {
        expect({ type, message }).toEqual({ type: 'server_error', message: 'Session is full' });
        expect(await socket.closeCode()).toBe(1000);
      }
    }
    expect(inside).toHaveLength(7);
    const users = new Set<string>();
    for (let i = 0; i < 7; i++) users.add((await host.next()).user);
    await host.expectNothing();
    await inside[0]?.close();
    expect(users).toContain((await host.next()).user);
    await harness.guest(code, host);
    const late = await harness.connect();
    late.send({ token: code });
    expect(await late.next()).toMatchObject({ message: 'Session is full' });
    // A higher limit applies at once.
    await harness.api('PATCH', `services/${service.id}`, { guestLimit: 8 });
    await harness.guest(code, host);
  });

  it('a code admits only until it expires; admitted guests stay', async () => {
    const service = await harness.service({ allowPublicCode: true, codeTtlSeconds: 1, codeLength: 8 });
    const { host, code } = await harness.host(service, true);
    expect(code).toMatch(/^[A-VX-Z]{8}$/);
    expect(new Set(code).size).toBe(8);
    const { guest, user } = await harness.guest(code, host);
    await harness.passes(time, 1_100);
    const late = await harness.connect();
    late.send({ token: code });
    await late.expectNext(INVALID);
    guest.send({ inside: 1 });
    await host.expectNext({ inside: 1, user });
  });
});

async function lastCode(socket: { next(): Promise<unknown>; closeCode(): Promise<number> }): Promise<number> {
  for (;;) {
    try {
      await socket.next();
    } catch {
      return socket.closeCode();
    }
  }
}
