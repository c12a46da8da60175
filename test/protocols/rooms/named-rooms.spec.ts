import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newKey, seconds, type TestClaims, tokenBy } from '../../support/customer-tokens.js';
import { sendsBadFrames } from '../../support/frame-witness.js';
import { Examples } from '../../support/doc-examples.js';
import { ManualTime } from '../../support/manual-time.js';
import { RoomsHarness, take, type TestApplication } from '../../support/rooms.js';
import { StreamClient } from '../../support/stream-client.js';
import { WsClient } from '../../support/ws-client.js';

let tenants = 0;

interface Tenant {
  readonly app: TestApplication;
  readonly iss: string;
  readonly issuerId: number;
  readonly token: (claims?: TestClaims) => Promise<string>;
}

/** Rooms by name, for users that an application vouches for. */
describe('a room by token or ticket', () => {
  let harness: RoomsHarness;
  let time: ManualTime;
  let tenant: Tenant;
  const streams: StreamClient[] = [];
  const key = newKey('EdDSA');

  beforeAll(async () => {
    const started = await RoomsHarness.start();
    harness = started;
    time = ManualTime.of(started.app);
    tenant = await newTenant();
    await harness.room(tenant.app, 'r');
    await harness.room(tenant.app, 'kept', { durable: true });
  });
  afterAll(() => harness.close());
  afterEach(async () => {
    for (const stream of streams.splice(0)) stream.request.destroy();
    await harness.hangUp();
  });

  async function newTenant(): Promise<Tenant> {
    const app = await harness.application();
    const iss = `https://tenant-${++tenants}.example.org`;
    const issuerId = await harness.issuer(app, iss, key);
    return { app, iss, issuerId, token: (claims = {}) => tokenBy(key, { iss, ...claims }) };
  }

  const open = (room: string, proof: string | undefined, query?: string) => harness.named(room, proof, query);
  const ticket = (app: TestApplication, wish?: object) => harness.ticket(app, wish);

  async function stream(path: string, headers: Record<string, string> = {}): Promise<StreamClient> {
    const client = await StreamClient.open(`${harness.server.url}/sse/room/${path}`, headers);
    streams.push(client);
    return client;
  }

  it('is one room for endpoints, tokens and tickets', async () => {
    const endpoint = await harness.member(tenant.app, 'r', 'readwrite', 'code');
    const alice = await open('r', await tenant.token());
    const bob = await open('r', await ticket(tenant.app, { identity: 'bob', rooms: { r: 'readwrite' } }));
    const own = await open('r', await ticket(tenant.app));
    expect(alice.socket.protocol).toBe('switchboard.v1');
    alice.send({ message: 1 });
    bob.send({ message: 2 });
    own.send({ message: 3 });
    for (const client of [endpoint, alice, bob, own]) {
      const frames = await take(client, 3);
      expect(new Set(frames.map(({ message, identity }) => `${String(message)} ${identity}`))).toEqual(
        new Set(['1 alice', '2 bob', `3 ${tenant.app.name}`]),
      );
    }
  });

  it('also accepts the token as a header', async () => {
    const headers = { authorization: `Bearer ${await tenant.token()}` };
    const client = await WsClient.open(`${harness.server.wsUrl}/ws/room/r`, { headers });
    client.send({ message: 1 });
    expect(await client.next()).toMatchObject({ identity: 'alice' });
    await client.close();
  });

  it('accepts the documented backend’s tokens', async () => {
    const examples = new Examples('identity.md');
    const secret = 'a shared secret of forty characters, ok.';
    const path = `applications/${tenant.app.id}/token-issuers`;
    const wish = { issuer: 'https://shop.example.org', algorithm: 'HS256', secret };
    expect((await harness.as(tenant.app, 'POST', path, wish)).status).toBe(201);
    await harness.room(tenant.app, 'team-7-a');
    const { output, ended } = examples.run('mint.mjs', [], undefined, { SECRET: secret });
    await ended;
    const alice = await open('team-7-a', output().trim());
    alice.send({ message: 1 });
    expect(await alice.next()).toMatchObject({ identity: 'alice' });
  });

  it('admits only those with a right', async () => {
    const only = (rooms: object) => tenant.token({ rooms });
    await expect(open('r', undefined)).rejects.toThrow('401');
    await expect(open('r', 'nonsense')).rejects.toThrow('401');
    await expect(open('r', await only({ other: 'readwrite' }))).rejects.toThrow('403');
    await expect(open('r', await only({ 'rr*': 'readwrite' }))).rejects.toThrow('403');
    await expect(open('none', await only({ r: 'read' }))).rejects.toThrow('403');
    await expect(open('none', await tenant.token())).rejects.toThrow('404');
    await expect(open('a%20b', await tenant.token())).rejects.toThrow('404');
    await expect(open('r', await ticket(tenant.app, { rooms: { other: 'read' } }))).rejects.toThrow('403');
    await open('r', await only({ 'r*': 'read' }));
  });

  it('grants the right named in the token', async () => {
    const [reader, writer] = [
      await open('r', await tenant.token({ sub: 'reader', rooms: { '*': 'readwrite', r: 'read' } })),
      await open('r', await tenant.token({ sub: 'writer', rooms: { '*': 'write' } })),
    ];
    reader.send({ message: 'no' });
    writer.send({ message: 'yes' });
    expect(await reader.next()).toMatchObject({ message: 'yes', identity: 'writer' });
    await writer.expectNothing();
  });

  it('keeps applications apart', async () => {
    const other = await newTenant();
    await expect(open('r', await other.token())).rejects.toThrow('404');
    await expect(open('r', await ticket(other.app))).rejects.toThrow('404');
  });

  it('acknowledges, replays and reports members, as for endpoints', async () => {
    const alice = await open('kept', await tenant.token(), '?acks=1&presence=1&after=0');
    expect(await alice.next()).toMatchObject({ recovered: true, offset: 0 });
    expect(await alice.next()).toMatchObject({ event: 'present', items: [{ identity: 'alice' }] });
    alice.send({ message: 'one', id: 'm1' });
    const [first, second] = [await alice.next(), await alice.next()];
    expect([first, second].find((frame) => 'ack' in frame)).toMatchObject({ ack: 'm1', offset: 1 });
    const bob = await open('kept', await tenant.token({ sub: 'bob' }), '?acks=1&after=0');
    expect(await alice.next()).toEqual({ event: 'join', identity: 'bob' });
    expect(await bob.next()).toMatchObject({ recovered: true, offset: 1 });
    expect(await bob.next()).toMatchObject({ message: 'one', offset: 1 });
    // Ids are separate per user; alice's are the same wherever she connects.
    bob.send({ message: 'two', id: 'm1' });
    const frames = [await bob.next(), await bob.next()];
    expect(frames.find((frame) => 'ack' in frame)).toMatchObject({ ack: 'm1', offset: 2 });
    const again = await open('kept', await tenant.token(), '?acks=1');
    again.send({ message: 'one', id: 'm1' });
    expect(await again.next()).toMatchObject({ ack: 'm1', offset: 1 });
    again.send({ message: 'other', id: 'm1' });
    expect(await again.next()).toMatchObject({ error: { code: 'conflict' } });
  });

  it('distinguishes equal user ids by issuer', async () => {
    const acked = async (proof: string, message: string) => {
      const client = await open('r', proof, '?acks=1');
      client.send({ message, id: 'same' });
      return client.next();
    };
    expect(await acked(await tenant.token({ rooms: { r: 'write' } }), 'a')).toEqual({ ack: 'same' });
    const wish = { identity: 'alice', rooms: { r: 'write' } };
    expect(await acked(await ticket(tenant.app, wish), 'b')).toEqual({ ack: 'same' });
    expect(await acked(await ticket(tenant.app, wish), 'c')).toMatchObject({ error: { code: 'conflict' } });
  });

  it('streams to readers', async () => {
    const bearer = async (claims: TestClaims = {}) => ({ authorization: `Bearer ${await tenant.token(claims)}` });
    const byToken = await stream('kept', await bearer());
    const once = await ticket(tenant.app);
    const byTicket = await stream(`kept/?ticket=${once}&after=0`);
    expect([byToken.status, byTicket.status]).toEqual([200, 200]);
    const writer = await open('kept', await tenant.token({ rooms: { kept: 'write' } }));
    writer.send({ message: 'streamed' });
    expect((await byToken.until(1))[0]?.data).toContain('streamed');
    await expect.poll(() => byTicket.events.at(-1)?.data).toContain('streamed');
    expect((await stream(`kept?ticket=${once}`)).status).toBe(401);
    expect((await stream('kept')).status).toBe(401);
    expect((await stream(`kept?ticket=${await tenant.token()}`)).status).toBe(401);
    expect((await stream('kept', await bearer({ rooms: { kept: 'write' } }))).status).toBe(403);
    expect((await stream('kept', await bearer({ rooms: { r: 'read' } }))).status).toBe(403);
    expect((await stream('none', await bearer())).status).toBe(404);
  });

  it('accepts a ticket once, on whatever nodes it is used', async () => {
    const once = await ticket(tenant.app);
    const tries = await Promise.allSettled(Array.from({ length: 6 }, () => open('r', once)));
    expect(tries.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  describe('with an expiring token', () => {
    /** Seconds since the epoch, as the server sees it. */
    const now = () => (Date.now() + time.now()) / 1_000;

    it('announces the expiry, accepts the next token, and closes without one', async () => {
      const exp = Math.floor(now()) + 5;
      const [warned, refreshed] = [
        await open('r', await tenant.token({ exp, rooms: { r: 'read' } })),
        await open('r', await tenant.token({ exp, rooms: { r: 'read' }, sub: 'bob' })),
      ];
      for (const client of [warned, refreshed]) {
        const { event, seconds: left } = await client.next();
        expect(event).toBe('expiring');
        expect(left).toBeGreaterThan(2);
        expect(left).toBeLessThanOrEqual(5);
      }
      const later = { rooms: { r: 'read' }, exp: seconds() + 3_000 };
      refreshed.send({ refresh: await tenant.token({ ...later, sub: 'bob' }) });
      await refreshed.expectNext({ event: 'refreshed' });
      await time.passes((exp - now()) * 1_000 - 1_000);
      await warned.expectNothing();
      await time.passes(1_250);
      expect(await warned.closeCode()).toBe(1008);
      expect(now()).toBeGreaterThanOrEqual(exp);
      await refreshed.expectNothing();
    });

    it('accepts no token of somebody else', async () => {
      sendsBadFrames();
      const other = await newTenant();
      const bad: [string, () => unknown][] = [
        ['another sub', () => tenant.token({ sub: 'bob' })],
        ['another iss', () => other.token()],
        ['another right', () => tenant.token({ rooms: { r: 'read' } })],
        ['no such room', () => tenant.token({ rooms: { kept: 'readwrite' } })],
        ['a past expiry', () => tenant.token({ exp: seconds() - 1 })],
        ['another key', () => tokenBy(newKey('EdDSA'), { iss: tenant.iss })],
        ['a ticket', () => ticket(tenant.app)],
        ['a number', () => 7],
        ['null', () => null],
      ];
      for (const [what, token] of bad) {
        const client = await open('r', await tenant.token());
        client.send({ refresh: await token() });
        expect([what, await client.closeCode()]).toEqual([what, 1008]);
      }
      const byTicket = await open('r', await ticket(tenant.app));
      byTicket.send({ refresh: await tenant.token() });
      expect(await byTicket.closeCode()).toBe(1008);
      const endpoint = await harness.member(tenant.app, 'r');
      endpoint.send({ refresh: await tenant.token() });
      expect(await endpoint.closeCode()).toBe(1007);
    });

    it('ends streams, too', async () => {
      const token = await tenant.token({ exp: Math.floor(now()) + 2 });
      const client = await stream('r', { authorization: `Bearer ${token}` });
      expect((await client.until(1))[0]).toMatchObject({ event: 'expiring' });
      await time.passes(2_250);
      await expect.poll(() => client.ended, { timeout: 5_000 }).toBe(true);
    });
  });

  describe('closes connections admitted by it', () => {
    const closed = async (client: Promise<WsClient>, act: () => Promise<{ status: number }>, status = 204) => {
      const socket = await client;
      const at = Date.now();
      expect((await act()).status).toBe(status);
      expect(await socket.closeCode()).toBe(1008);
      expect(Date.now() - at).toBeLessThan(5_000);
    };

    it('when the issuer is removed, including streams and other nodes', async () => {
      const { app, issuerId, token } = await newTenant();
      await harness.room(app, 'r');
      const headers = { authorization: `Bearer ${await token()}` };
      const [reader, others] = [
        await stream('r', headers),
        [await open('r', await token()), await open('r', await token())],
      ];
      const path = `applications/${app.id}/token-issuers/${issuerId}`;
      await closed(open('r', await token()), () => harness.as(app, 'DELETE', path));
      for (const other of others) expect(await other.closeCode()).toBe(1008);
      await expect.poll(() => reader.ended).toBe(true);
      await expect(open('r', await token())).rejects.toThrow('401');
    });

    it('when the room or the application is removed', async () => {
      const { app, token } = await newTenant();
      await harness.room(app, 'r');
      await closed(open('r', await token()), () => harness.as(app, 'DELETE', 'rooms/r'));
      await harness.room(app, 'r');
      await closed(open('r', await ticket(app)), () => harness.as(app, 'DELETE', 'rooms/r'));
      await harness.room(app, 'r');
      const byTicket = await open('r', await ticket(app));
      await closed(open('r', await token()), () => harness.admin('DELETE', `applications/${app.id}`));
      expect(await byTicket.closeCode()).toBe(1008);
    });

    it('when the key that requested the ticket is removed, and only then', async () => {
      const { app } = await newTenant();
      await harness.room(app, 'r');
      const second = await harness.admin('POST', `applications/${app.id}/keys`);
      const other = await open('r', await ticket({ ...app, apiKey: second.body.apiKey as string }));
      const unused = await ticket(app);
      const { body } = await harness.admin('GET', `applications/${app.id}/keys`);
      const [first] = body.items as { id: number }[];
      const path = `applications/${app.id}/keys/${String(first?.id)}`;
      await closed(open('r', await ticket(app)), () => harness.admin('DELETE', path));
      await other.expectNothing();
      await expect(open('r', unused)).rejects.toThrow('401');
    });

    it('when it is revoked, until the revocation is lifted', async () => {
      const { app, issuerId, token } = await newTenant();
      await harness.room(app, 'r');
      await closed(open('r', await token()), () => harness.admin('POST', 'revocations', { issuer: issuerId }), 201);
      await expect(open('r', await token())).rejects.toThrow('403');
      const { body } = await harness.admin('GET', 'revocations');
      const [revocation] = body.items as { id: number; selector: string; subject: string }[];
      expect(revocation).toMatchObject({ selector: 'issuer', subject: String(issuerId) });
      await harness.admin('DELETE', `revocations/${String(revocation?.id)}`);
      await expect.poll(() => open('r', undefined).catch((error: unknown) => String(error))).toContain('401');
      const unknown = await harness.admin('POST', 'revocations', { issuer: 999_999 });
      expect([unknown.status, unknown.body.code]).toEqual([422, 'unknown_subject']);
    });
  });
});
