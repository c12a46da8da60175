import { Logger } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { Reconciliation } from '../../src/modules/realtime/resilience/reconciliation.js';
import { ADMIN_ENV } from '../support/api.js';
import { type RunningApp, startApp } from '../support/app.js';
import { CirclesHarness } from '../support/circles.js';
import { newKey, tokenBy } from '../support/customer-tokens.js';
import { OmikronHarness } from '../support/omikron.js';
import { RoomsHarness } from '../support/rooms.js';
import { ServicesHarness } from '../support/services.js';
import { SignalingClient } from '../support/signaling.js';
import { type WsClient } from '../support/ws-client.js';

/** A change that this node has not heard of, since it is made only in the database. */
describe('comparing connections with the database', () => {
  let server: RunningApp;
  let rooms: RoomsHarness, services: ServicesHarness, circles: CirclesHarness, omikron: OmikronHarness;
  const lobby: SignalingClient[] = [];

  beforeAll(async () => {
    server = await startApp({ ...ADMIN_ENV, REST_RATE: '0', WRITING_REPEAT_MS: '0' });
    rooms = await RoomsHarness.on(server);
    services = await ServicesHarness.on(server);
    omikron = await OmikronHarness.on(server);
    circles = CirclesHarness.at(server.url);
  });
  afterEach(async () => {
    await Promise.all([rooms.hangUp(), services.hangUp(), omikron.hangUp()]);
    circles.hangUp();
    for (const client of lobby.splice(0)) client.close();
  });
  afterAll(() => server.close());

  /** Compares everything. @returns the number of statements that it took */
  async function compare(): Promise<number> {
    const runners = new Set(server.nodes.map((node) => node.get(Reconciliation)));
    const ask = vi.spyOn(server.dataSource, 'query');
    for (const each of runners) expect(await each.run()).toBe(true);
    const count = ask.mock.calls.length;
    ask.mockRestore();
    return count;
  }

  /** `count` sockets of each kind. */
  async function crowd(count: number): Promise<void> {
    const application = await rooms.application();
    await rooms.room(application, 'r');
    const service = await services.service();
    const { u1, circle, conversation } = await circles.world();
    const home = await omikron.iota(count);
    const iota = await omikron.iotaSocket(home);
    for (let n = 0; n < count; n++) {
      await rooms.member(application, 'r');
      await services.client(service);
      const socket = await circles.socket({ token: await circles.tokenOf(u1.email, u1.password) });
      await socket.joinConversation(conversation);
      await socket.joinCircle(circle);
      const { token } = await circles.api(await circles.admin(), 'POST', 'lobby/tokens', {});
      lobby.push(await SignalingClient.open(server.url, '4.x', { auth: { lobby: token } }));
      const user = home.users[n];
      if (user) await omikron.client(user, iota);
    }
  }

  it('takes as many statements for many as for few', async () => {
    await crowd(1);
    const few = await compare();
    await crowd(12);
    expect(await compare()).toBe(few);
    expect(few).toBeGreaterThan(0);
    expect(few).toBeLessThanOrEqual(8 * server.nodes.length);
  }, 60_000);

  it('logs the usual message if the database is away, once', async () => {
    await crowd(1);
    const ask = vi
      .spyOn(server.dataSource, 'query')
      .mockRejectedValue(new Error('timeout exceeded when trying to connect'));
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    for (const node of server.nodes) expect(await node.get(Reconciliation).run()).toBe(false);
    ask.mockRestore();
    expect(warn.mock.calls).toEqual([[{ msg: 'The database fails: timeout exceeded when trying to connect' }]]);
    warn.mockRestore();
  });

  it('closes nobody who is allowed to be where they are', async () => {
    await crowd(2);
    await compare();
    await compare();
    const { items } = (await rooms.admin('GET', 'connections?limit=200')).body;
    const count = (protocol: string) => items.filter((item: { protocol: string }) => item.protocol === protocol).length;
    expect(['rooms', 'services', 'circles', 'signaling', 'omikron'].map(count)).toEqual([2, 2, 2, 2, 3]);
  }, 60_000);

  it('considers the expiry and permissions of endpoints', async () => {
    const application = await rooms.application();
    await rooms.room(application, 'r');
    const clients: WsClient[] = [];
    for (const identity of ['expired', 'demoted', 'kept']) {
      clients.push(await rooms.member(application, 'r', 'readwrite', identity));
    }
    const change = (to: string, identity: string) =>
      server.dataSource.query(`UPDATE "room_endpoints" SET ${to} WHERE "identity" = $1`, [identity]);
    await change(`"expires_at" = now() - interval '1 second'`, 'expired');
    await change(`"permissions" = 'read'`, 'demoted');
    await compare();
    expect(await Promise.all(clients.splice(0, 2).map((client) => client.closeCode()))).toEqual([1008, 1008]);
    await clients[0]?.expectNothing();
  });

  it('considers the issuers and keys behind tokens and tickets', async () => {
    const application = await rooms.application();
    await rooms.room(application, 'r');
    const key = newKey('EdDSA');
    const by = async (iss: string) => rooms.named('r', await tokenBy(key, { iss }));
    const gone = await rooms.issuer(application, 'reconciled-gone', key);
    await rooms.issuer(application, 'reconciled-kept', key);
    const [token, kept] = [await by('reconciled-gone'), await by('reconciled-kept')];
    const ticket = await rooms.named('r', await rooms.ticket(application));
    await compare();
    await kept.expectNothing();
    await server.dataSource.query(`DELETE FROM "token_issuers" WHERE "id" = $1`, [gone]);
    await server.dataSource.query(`DELETE FROM "application_keys" WHERE "application_id" = $1`, [application.id]);
    await compare();
    expect([await token.closeCode(), await ticket.closeCode()]).toEqual([1008, 1008]);
    await kept.expectNothing();
    await server.dataSource.query(`DELETE FROM "rooms" WHERE "application_id" = $1`, [application.id]);
    await compare();
    expect(await kept.closeCode()).toBe(1008);
  });

  it('closes nothing while the database is away, and says that it could not compare', async () => {
    await crowd(1);
    const ask = vi.spyOn(server.dataSource, 'query').mockRejectedValue(new Error('away'));
    expect(await server.app.get(Reconciliation).run()).toBe(false);
    ask.mockRestore();
    await compare();
    const { items } = (await rooms.admin('GET', 'connections?limit=200')).body;
    expect(items).toHaveLength(6);
  }, 60_000);
});
