import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { clientFrame, RawWebSocket } from '../../support/raw-websocket.js';
import { authorized, ENDED, joined, KICKED, left, ServicesHarness } from '../../support/services.js';

describe('order of the services protocol', () => {
  let harness: ServicesHarness;

  beforeAll(async () => {
    harness = await ServicesHarness.start();
  });
  afterAll(() => harness.close());
  afterEach(() => harness.hangUp());

  it('takeover: guests of the old code leave, clients see join before leave, guests of the new code stay', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { client } = await harness.client(service);
    const { host: old, code: oldCode } = await harness.host(service, true);
    const { user: oldUser } = await client.next();
    const { guest: oldGuest } = await harness.guest(oldCode, old);

    const { host: young, code } = await harness.host(service, true);
    expect(code).not.toBe(oldCode);
    const { user: newUser } = await client.next();
    await client.expectNext(left('host', oldUser));
    await old.expectNext(KICKED);
    expect(await old.closeCode()).toBe(4000);
    // The guest is there when the new host joins, and leaves with the old code; it hears no leave of the old host.
    await oldGuest.expectNext(joined('host', newUser));
    await oldGuest.expectNext(ENDED);
    expect(await oldGuest.closeCode()).toBe(4000);
    expect(await young.next()).toMatchObject({ type: 'server_leave', role: 'guest' });

    const late = await harness.connect();
    late.send({ token: oldCode });
    expect(await late.next()).toMatchObject({ message: 'Invalid token' });
    const { guest, user } = await harness.guest(code, young);
    guest.send({ still: 'here' });
    await young.expectNext({ still: 'here', user });
    await client.expectNothing();
  });

  it('many simultaneous hosts on a single-host service: one is left, known to the clients', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { client } = await harness.client(service);
    const sockets = await Promise.all(Array.from({ length: 12 }, () => harness.connect()));
    for (const socket of sockets) socket.send({ token: service.hostToken });
    const ends = await Promise.all(
      sockets.map(async (socket) => {
        const frames: { type: string }[] = [];
        for (;;) {
          try {
            frames.push(await Promise.race([socket.next(), wait(700)]));
          } catch {
            return frames;
          }
        }
      }),
    );
    const kicked = ends.filter((frames) => frames.at(-1)?.type === 'server_disconnect');
    expect(kicked).toHaveLength(11);
    const present = new Set<string>();
    for (const frame of await drain(client)) {
      if (frame.type === 'server_join') present.add(frame.user);
      else present.delete(frame.user);
    }
    const { body } = await harness.api('GET', `services/${service.id}/sessions`);
    expect(body.items).toHaveLength(1);
    expect([...present]).toEqual([body.items[0].host]);
    const { guest } = await harness.guest(body.items[0].code);
    client.send({ to: 'host' });
    await guest.expectNothing();
  });

  it('several hosts: one that leaves takes along only the guests of its own code', async () => {
    const service = await harness.service({ allowPublicCode: true, allowMultipleHosts: true });
    const { client } = await harness.client(service);
    const { host: first, code: firstCode } = await harness.host(service, true);
    const { user: firstUser } = await client.next();
    const { host: second, code: secondCode } = await harness.host(service, true);
    await client.next();
    const { guest: ofFirst } = await harness.guest(firstCode, first);
    await second.next();
    const { guest: ofSecond, user: secondGuest } = await harness.guest(secondCode, second);
    await first.next();

    first.send({ from: 'first' });
    for (const socket of [client, ofFirst, ofSecond]) await socket.expectNext({ from: 'first' });
    await second.expectNothing();

    await first.close();
    await ofFirst.expectNext(ENDED);
    expect(await ofFirst.closeCode()).toBe(4000);
    await client.expectNext(left('host', firstUser));
    await ofSecond.expectNext(left('host', firstUser));
    expect(await second.next()).toMatchObject({ type: 'server_leave', role: 'guest' });
    ofSecond.send({ hi: 1 });
    await second.expectNext({ hi: 1, user: secondGuest });
  });

  it('a service changed back to a single host keeps the last one', async () => {
    const service = await harness.service({ allowMultipleHosts: true });
    const hosts = [await harness.host(service), await harness.host(service)];
    await harness.api('PATCH', `services/${service.id}`, { allowMultipleHosts: false });
    await harness.host(service);
    for (const { host } of hosts) {
      await host.expectNext(KICKED);
      expect(await host.closeCode()).toBe(4000);
    }
  });

  it('handles what is pipelined after the token in order, after the success', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { host } = await harness.host(service, true);
    const { port } = new URL(harness.server.url);
    const frames = [{ token: service.clientToken }, ...Array.from({ length: 50 }, (_, n) => ({ n }))];
    const raw = await RawWebSocket.open(
      Number(port),
      '/ws/',
      Buffer.concat(frames.map((frame) => clientFrame(JSON.stringify(frame)))),
    );
    const { user } = await host.next();
    for (let n = 0; n < 50; n++) await host.expectNext({ n, user });
    await raw.until(({ texts }) => texts.length === 2);
    expect(JSON.parse(raw.texts[1] ?? '')).toEqual(authorized('client'));
    raw.socket.destroy();
    await host.expectNext(left('client', user));
  });

  it('drops what is pipelined after a wrong token', async () => {
    const service = await harness.service();
    const { host } = await harness.host(service);
    const { port } = new URL(harness.server.url);
    const frames = [{ token: 'nonsense' }, { token: service.clientToken }, { n: 1 }];
    const raw = await RawWebSocket.open(
      Number(port),
      '/ws/',
      Buffer.concat(frames.map((frame) => clientFrame(JSON.stringify(frame)))),
    );
    await raw.until(({ closeCode }) => closeCode === 1000);
    expect(raw.texts).toHaveLength(2);
    raw.socket.destroy();
    await host.expectNothing();
  });

  it('a socket that ends during its login is never announced', async () => {
    const service = await harness.service();
    const { host } = await harness.host(service);
    const { port } = new URL(harness.server.url);
    const database = harness.server.dataSource.createQueryRunner();
    await database.startTransaction();
    try {
      // No token is looked up before all of them have left.
      await database.query('LOCK TABLE "services" IN ACCESS EXCLUSIVE MODE');
      for (let i = 0; i < 20; i++) {
        const raw = await RawWebSocket.open(
          Number(port),
          '/ws/',
          clientFrame(JSON.stringify({ token: service.clientToken })),
        );
        if (i % 2 === 0) raw.socket.resetAndDestroy();
        else raw.socket.destroy();
      }
      await vi.waitFor(async () => {
        const { body } = await harness.api('GET', 'connections?protocol=services');
        expect(body.items).toHaveLength(1);
      });
    } finally {
      await database.rollbackTransaction();
      await database.release();
    }
    await host.expectNothing(300);
    const { body } = await harness.api('GET', `services/${service.id}/sessions`);
    expect(body.items[0].clients).toBe(0);
  });

  it('a socket that is told of its success already hears what follows', async () => {
    const service = await harness.service({ allowPublicCode: true });
    const { host, code } = await harness.host(service, true);
    for (let i = 0; i < 30; i++) {
      const guest = await harness.connect();
      guest.send({ token: code });
      // The host answers the join at once; nothing that it sends from then on may be missing or precede the success.
      const { user } = await host.next();
      host.send({ welcome: user });
      await guest.expectNext(authorized('guest'));
      await guest.expectNext({ welcome: user });
      await guest.close();
      await host.expectNext(left('guest', user));
    }
  });

  it('a stream of messages never reaches a newcomer before its success', async () => {
    const service = await harness.service();
    const { host } = await harness.host(service);
    const stream = setInterval(() => {
      for (let i = 0; i < 20; i++) host.send({ stream: i });
    }, 1);
    try {
      for (let i = 0; i < 40; i++) {
        const client = await harness.connect();
        client.send({ token: service.clientToken });
        await client.expectNext(authorized('client'));
        await client.close();
      }
    } finally {
      clearInterval(stream);
    }
  });

  it('frames of many senders to one receiver keep each sender’s order, without loss', async () => {
    const service = await harness.service();
    const { host } = await harness.host(service);
    const clients = await Promise.all(Array.from({ length: 10 }, () => harness.client(service)));
    for (let i = 0; i < 10; i++) await host.next();
    const count = 1_000;
    for (let n = 0; n < count; n++) {
      for (const [who, { client }] of clients.entries()) client.send({ who, n });
      if (n % 50 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const seen = new Array<number>(10).fill(0);
    for (let i = 0; i < 10 * count; i++) {
      const { who, n } = (await host.next()) as { who: number; n: number };
      expect(n).toBe(seen[who]);
      seen[who] = n + 1;
    }
    host.send({ done: true });
    for (const { client } of clients) await client.expectNext({ done: true });
  });

  it('messages of two services never mix, whatever their sockets send', async () => {
    const services = [
      await harness.service({ allowPublicCode: true }),
      await harness.service({ allowPublicCode: true }),
    ];
    const sides = await Promise.all(
      services.map(async (service) => {
        const { host, code } = await harness.host(service, true);
        const { client, user: clientId } = await harness.client(service, host);
        const { guest, user: guestId } = await harness.guest(code, host);
        return { host, client, guest, clientId, guestId };
      }),
    );
    const [a, b] = sides as [(typeof sides)[0], (typeof sides)[0]];
    a.host.send({ from: 'a' });
    a.client.send({ from: 'client a' });
    expect(await a.host.next()).toEqual({ from: 'client a', user: a.clientId });
    a.guest.send({ from: 'guest a' });
    expect(await a.host.next()).toEqual({ from: 'guest a', user: a.guestId });
    // Ids of the other service are unknown here.
    a.host.send({ user: b.clientId, secret: true });
    await a.host.expectNext({ type: 'server_error', message: `User ${b.clientId} not found` });
    for (const socket of [b.host, b.client, b.guest]) await socket.expectNothing(50);
  });
});

async function wait(ms: number): Promise<never> {
  await new Promise((resolve) => setTimeout(resolve, ms));
  throw new Error('quiet');
}

async function drain(client: { next(): Promise<unknown> }): Promise<{ type: string; user: string }[]> {
  const frames: { type: string; user: string }[] = [];
  for (;;) {
    try {
      frames.push((await Promise.race([client.next(), wait(300)])) as { type: string; user: string });
    } catch {
      return frames;
    }
  }
}
