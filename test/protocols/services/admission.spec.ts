import { DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualTime } from '../../support/manual-time.js';
import { authorized, INVALID, left, ServicesHarness, type TestService, WELCOME } from '../../support/services.js';
import { WsClient } from '../../support/ws-client.js';

describe('admission to services', () => {
  let harness: ServicesHarness;
  let time: ManualTime;
  let service: TestService;

  beforeAll(async () => {
    // The test plays the proxy, so that it can come from any address.
    harness = await ServicesHarness.start({ TRUSTED_PROXIES: '127.0.0.1', ADMISSION_SECONDS: '2' });
    time = ManualTime.of(harness.server);
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    service = await harness.service({ allowPublicCode: true });
  });
  afterEach(() => harness.hangUp());

  const from = (address: string): Promise<WsClient> => harness.connect({ headers: { 'x-forwarded-for': address } });

  /** One login. @returns milliseconds until the answer */
  async function attempt(address: string, token: string, answer: object): Promise<number> {
    const socket = await from(address);
    const start = performance.now();
    socket.send({ token });
    await socket.expectNext(answer);
    return performance.now() - start;
  }

  it('slows down wrong codes and tokens per address after ten', async () => {
    const { code } = await harness.host(service, true);
    const wrong = ['ABCD', '00000000-0000-4000-8000-000000000000', 'nonsense', service.title];
    for (let i = 0; i < 10; i++) await attempt('192.0.2.1', wrong[i % 4] ?? '', INVALID);
    expect(await attempt('192.0.2.1', 'ABCD', INVALID)).toBeGreaterThan(490);
    // Meanwhile other addresses are served.
    const order: string[] = [];
    await Promise.all([
      attempt('192.0.2.1', 'ABCD', INVALID).then(() => order.push('slowed')),
      attempt('192.0.2.2', 'ABCD', INVALID).then(() => order.push('other')),
    ]);
    expect(order).toEqual(['other', 'slowed']);
    // A right code waits like a wrong one, since an early answer would give it away; afterwards it is no longer a guess.
    expect(await attempt('192.0.2.1', code, authorized('guest'))).toBeGreaterThan(1_900);
    const later = await from('192.0.2.1');
    later.send({ token: 'ABCE' });
    await attempt('192.0.2.1', code, authorized('guest'));
    await later.expectNothing(50);
  });

  it('keeps slowing an address that is admitted by another service’s code or token in between', async () => {
    const own = await harness.service({ allowPublicCode: true });
    const { code } = await harness.host(own, true);
    for (let i = 0; i < 10; i++) {
      await attempt('192.0.2.6', `ABC${'DEFGHIJKLM'[i]}`, INVALID);
      await attempt('192.0.2.6', code, authorized('guest'));
      await attempt('192.0.2.6', own.clientToken, authorized('client'));
    }
    const guesses = await Promise.all(['ZYXV', 'ZYXU', 'ZYXT'].map(() => from('192.0.2.6')));
    for (const [n, socket] of guesses.entries()) socket.send({ token: `ZYX${'VUT'[n]}` });
    await attempt('192.0.2.6', code, authorized('guest'));
    for (const socket of guesses) await socket.expectNothing(0);
    // The first of them gets its turn, the others keep waiting.
    await Promise.race(guesses.map((socket) => socket.expectNext(INVALID)));
  });

  it('admits the owner of a token at once from an address that guesses', async () => {
    for (let i = 0; i < 10; i++) await attempt('192.0.2.3', 'ABCD', INVALID);
    const waiting = await from('192.0.2.3');
    waiting.send({ token: 'ABCD' });
    await waiting.expectNothing(50);
    await attempt('192.0.2.3', service.clientToken, authorized('client'));
  });

  it('admits two hundred guests of one address at once', async () => {
    const { host, code } = await harness.host(service, true);
    const sockets = await Promise.all(Array.from({ length: 200 }, () => from('192.0.2.4')));
    for (const socket of sockets) socket.send({ token: code });
    for (const socket of sockets) await socket.expectNext(authorized('guest'));
    const users = new Set<string>();
    for (let i = 0; i < 200; i++) users.add((await host.next()).user);
    expect(users.size).toBe(200);
  });

  it('forgets a socket that closes while its attempt is waiting', async () => {
    const { host, code } = await harness.host(service, true);
    for (let i = 0; i < 11; i++) await attempt('192.0.2.5', 'ABCD', INVALID);
    const socket = await from('192.0.2.5');
    socket.send({ token: code });
    await socket.expectNothing(100);
    await socket.close();
    await host.expectNothing(1_200);
  });

  it('ends a silent socket with an error', async () => {
    const socket = await from('192.0.2.6');
    await time.passes(3_000);
    const { type } = await socket.next();
    expect(type).toBe('server_error');
    expect(await socket.closeCode()).toBe(1000);
  });

  it('reports a missing database, and admits guests without it', async () => {
    const { host, code } = await harness.host(service, true);
    const { client } = await harness.client(service, host);
    // On all nodes, since the stranger may be on any of them.
    const pools = harness.server.nodes.map(
      (app) => (app.get(DataSource).driver as unknown as { master: { connect: unknown } }).master,
    );
    const connects = pools.map(({ connect }) => connect);
    for (const pool of pools)
      pool.connect = (done: (error: Error) => void) => {
        done(Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' }));
      };
    try {
      const stranger = await WsClient.open(`${harness.server.wsUrl}/ws`);
      await stranger.expectNext(WELCOME);
      stranger.send({ token: service.clientToken });
      const { type, message } = await stranger.next();
      expect(type).toBe('server_error');
      expect(message).not.toMatch(/ECONN|SELECT/);
      expect(await stranger.closeCode()).toBe(1013);
      const { guest, user } = await harness.guest(code, host);
      guest.send({ still: 1 });
      await host.expectNext({ still: 1, user });
      host.send({ on: 1 });
      await client.expectNext({ on: 1 });
      await guest.close();
      await host.expectNext(left('guest', user));
    } finally {
      for (const [n, pool] of pools.entries()) pool.connect = connects[n];
    }
  });
});
