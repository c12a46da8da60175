import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { newUser, OmikronHarness, type TestUser } from '../../support/omikron.js';
import { WsClient } from '../../support/ws-client.js';

const NOBODY = '00000000-0000-4000-8000-000000000000';

describe('the Omikron directory', () => {
  let harness: Awaited<ReturnType<typeof OmikronHarness.start>>;

  beforeAll(async () => {
    harness = await OmikronHarness.start({ NODE_URL: 'https://one.example.org:8443' });
  });
  afterAll(() => harness.close());
  afterEach(() => harness.hangUp());

  describe('REST', () => {
    it('registers Iotas, with given or generated ids, and shows their token once', async () => {
      const iotaId = randomUUID().toUpperCase();
      const made = await harness.api('POST', 'omikron/iotas', { iotaId, name: 'Home' });
      expect(made.status).toBe(201);
      expect(made.headers.get('location')).toBe(`/api/v1/omikron/iotas/${iotaId.toLowerCase()}`);
      const { token, ...iota } = made.body;
      expect(token).toMatch(/^[\w-]{43}$/);
      expect(iota).toEqual({
        iotaId: iotaId.toLowerCase(),
        name: 'Home',
        online: false,
        node: null,
        createdAt: expect.stringMatching(/Z$/),
      });
      expect((await harness.api('GET', `omikron/iotas/${iotaId}`)).body).toEqual(iota);
      expect((await harness.api('POST', 'omikron/iotas', { iotaId, name: 'Again' })).body.code).toBe('already_exists');
      const other = await harness.api('POST', 'omikron/iotas', { name: 'Other' });
      expect(other.body.iotaId).toMatch(/^[0-9a-f-]{36}$/);
      const { items } = (await harness.api('GET', 'omikron/iotas?limit=200')).body;
      expect(items.map((item: { name: string }) => item.name)).toEqual(['Home', 'Other']);
      const page = (await harness.api('GET', 'omikron/iotas?limit=1')).body;
      expect(page.items).toHaveLength(1);
      const next = (await harness.api('GET', `omikron/iotas?limit=1&cursor=${page.nextCursor}`)).body;
      expect(next.items[0].name).toBe('Other');
      expect(next.nextCursor).toBeNull();
    });

    it('refuses invalid Iotas', async () => {
      const bad = [{}, { name: ' ' }, { name: 'x', iotaId: 'nonsense' }, { name: 'x', extra: 1 }];
      for (const body of [...bad, { name: 'x', iotaId: '22222222-2222-2222-2222-222222222222' }]) {
        expect((await harness.api('POST', 'omikron/iotas', body)).status).toBe(422);
      }
      expect((await harness.api('GET', 'omikron/iotas/nonsense')).status).toBe(422);
      for (const [method, path] of [
        ['GET', ''],
        ['DELETE', ''],
        ['POST', '/token'],
        ['GET', '/profiles'],
        ['DELETE', `/profiles/${NOBODY}`],
      ] as const) {
        expect((await harness.api(method, `omikron/iotas/${NOBODY}${path}`)).status, method + path).toBe(404);
      }
      const { id, hash } = newUser();
      const profile = { userId: id, privateKeyHash: hash };
      expect((await harness.api('POST', `omikron/iotas/${NOBODY}/profiles`, profile)).status).toBe(404);
      expect((await fetch(`${harness.server.url}/api/v1/omikron/iotas`)).status).toBe(401);
    });

    it('keeps each user at one Iota, and stores neither hash nor token in clear text', async () => {
      const one = await harness.iota(1);
      const two = await harness.iota(0);
      const [user] = one.users as [TestUser];
      const taken = { userId: user.id.toUpperCase(), privateKeyHash: user.hash };
      for (const { id } of [one, two]) {
        const { status, body } = await harness.api('POST', `omikron/iotas/${id}/profiles`, taken);
        expect([status, body.code]).toEqual([409, 'already_exists']);
      }
      for (const privateKeyHash of [undefined, 'x', user.hash.slice(1), 7]) {
        const body = { userId: randomUUID(), privateKeyHash };
        expect((await harness.api('POST', `omikron/iotas/${one.id}/profiles`, body)).status).toBe(422);
      }
      const { items } = (await harness.api('GET', `omikron/iotas/${one.id}/profiles`)).body;
      expect(items).toEqual([{ userId: user.id, iotaId: one.id, createdAt: expect.any(String) }]);
      const rows = await harness.app.dataSource.query(
        `SELECT encode(key_digest, 'hex') AS digest FROM omikron_profiles WHERE user_id = $1`,
        [user.id],
      );
      expect(rows[0].digest).toMatch(/^[0-9a-f]{64}$/);
      expect(rows[0].digest).not.toBe(user.hash);
      const [{ text }] = await harness.app.dataSource.query(
        `SELECT string_agg(i::text, '') AS text FROM omikron_iotas i`,
      );
      expect(text).not.toContain(one.token);
    });

    it('closes the sockets of deleted Iotas and users with 1008', async () => {
      const home = await harness.iota(2);
      const [ann, bob] = home.users as [TestUser, TestUser];
      const iota = await harness.iotaSocket(home);
      const a = await harness.client(ann, iota);
      const b = await harness.client(bob, iota);
      const { socket: calling } = await harness.caller(ann, randomUUID());
      const path = `omikron/iotas/${home.id}`;
      expect((await harness.api('DELETE', `${path}/profiles/${ann.id}`)).status).toBe(204);
      expect(await a.closeCode()).toBe(1008);
      expect(await calling.closeCode()).toBe(1008);
      expect((await harness.ask(iota, 'x', {}, { receiver_id: ann.id })).type).toBe('error_invalid_user_id');
      const again = await harness.connect('/ws/client/');
      const identity = { user_id: ann.id, private_key_hash: ann.hash };
      expect((await harness.ask(again, 'identification', identity)).data.acceppted).toBe(false);
      await b.expectNothing(50);
      expect((await harness.api('GET', path)).body).toMatchObject({ online: true, node: 'one.example.org:8443' });
      expect((await harness.api('DELETE', path)).status).toBe(204);
      expect(await b.closeCode()).toBe(1008);
      expect(await iota.closeCode()).toBe(1008);
      expect((await harness.api('GET', path)).status).toBe(404);
    });
  });

  describe('Iota tokens', () => {
    it('bind a socket to their Iota, and are checked wherever they are sent', async () => {
      const home = await harness.iota(1);
      const headers = { authorization: `Bearer ${home.token}` };
      const socket = await harness.connect('/ws/iota/', { headers });
      const other = await harness.iota(1);
      expect((await harness.ask(socket, 'identification', { iota_id: other.id })).type).toBe('error');
      const right = { iota_id: home.id, user_ids: home.users[0]?.id };
      expect((await harness.ask(socket, 'identification', right)).data.accepted).toBe(1);
      await expect(harness.connect('/ws/iota/', { headers: { authorization: 'Bearer wrong' } })).rejects.toThrow('401');
    });

    it('close only their own sockets when they are replaced', async () => {
      const home = await harness.iota(1);
      const socket = await harness.iotaSocket(home, { headers: { authorization: `Bearer ${home.token}` } });
      const open = await harness.iota(1);
      const unbothered = await harness.iotaSocket(open);
      const { status, body } = await harness.api('POST', `omikron/iotas/${home.id}/token`);
      expect(status).toBe(200);
      expect(await socket.closeCode()).toBe(1008);
      await harness.api('POST', `omikron/iotas/${open.id}/token`);
      await unbothered.expectNothing(50);
      const headers = { authorization: `Bearer ${home.token}` };
      await expect(harness.connect('/ws/iota/', { headers })).rejects.toThrow('401');
      await harness.iotaSocket(home, { headers: { authorization: `Bearer ${body.token}` } });
    });
  });

  describe('find_omikron', () => {
    const find = async (path: string): Promise<[number, unknown]> => {
      const response = await fetch(`${harness.server.url}/api/find_omikron/${path}`);
      return [response.status, await response.json()];
    };
    const error = (message: string, log_level: number) => ({ type: 'error', log: { message, log_level } });

    it('names a host and its load', async () => {
      for (const path of ['', '?x=1']) {
        const [status, body] = await find(path);
        expect(status).toBe(200);
        expect(body).toEqual({
          type: 'omikron',
          log: {
            message: expect.stringMatching(/^The Omikron you where provided has a useage of \d+%$/),
            log_level: 0,
          },
          data: { omikron: 'one.example.org:8443' },
        });
      }
      expect((await fetch(`${harness.server.url}/api/find_omikron`)).status).toBe(200);
    });

    it("names the host where a user's Iota is, or says why not", async () => {
      const home = await harness.iota(1);
      const [user] = home.users as [TestUser];
      expect(await find('nonsense')).toEqual([400, error('Not a valid UUID provided', 2)]);
      expect(await find(NOBODY)).toEqual([404, error('The user you are searching does not exist', 2)]);
      expect(await find(user.id)).toEqual([404, error('The user you are searching has no online iota', 1)]);
      await harness.iotaSocket(home);
      expect(await find(`${user.id.toUpperCase()}/`)).toEqual([
        200,
        {
          type: 'omikron',
          log: { message: 'The iota you are searching is on the provided Omikron', log_level: 0 },
          data: { omikron: 'one.example.org:8443' },
        },
      ]);
    });
  });
});

describe('Omikron with strict access', () => {
  let harness: Awaited<ReturnType<typeof OmikronHarness.start>>;

  beforeAll(async () => {
    harness = await OmikronHarness.start({ IOTA_ACCESS: 'token', OMIKRON_REFUSAL: 'error' });
  });
  afterAll(() => harness.close());
  afterEach(() => harness.hangUp());

  it('admits Iotas by token, in a header or as subprotocol', async () => {
    const home = await harness.iota(1);
    await expect(harness.connect('/ws/iota/')).rejects.toThrow('401');
    await expect(harness.connect('/ws/iota/', { headers: { authorization: 'Bearer x' } })).rejects.toThrow('401');
    const socket = await harness.iotaSocket(home, { headers: { authorization: `Bearer ${home.token}` } });
    await socket.close();
    const offered = ['switchboard.v1', `bearer.${home.token}`];
    const browser = await WsClient.open(`${harness.server.wsUrl}/ws/iota/`, {}, offered);
    expect(browser.socket.protocol).toBe('switchboard.v1');
    const data = { iota_id: home.id, user_ids: home.users[0]?.id };
    expect((await harness.ask(browser, 'identification', data)).data.accepted).toBe(1);
    await browser.close();
  });

  it('refuses the client form of other servers', async () => {
    const home = await harness.iota(2);
    const [ann, bob] = home.users as [TestUser, TestUser];
    const socket = await harness.connect('/ws/client/');
    for (const [data, type] of [
      [{ user_id: NOBODY, private_key_hash: ann.hash }, 'error_invalid_user_id'],
      [{ user_id: ann.id, private_key_hash: bob.hash }, 'error_invalid_private_key'],
      [{ user_id: ann.id, private_key_hash: ann.hash }, 'error_no_iota'],
    ] as const) {
      expect((await harness.ask(socket, 'identification', data)).type).toBe(type);
    }
  });
});

describe('Omikron calls in the ledger', () => {
  let harness: Awaited<ReturnType<typeof OmikronHarness.start>>;

  beforeAll(async () => {
    harness = await OmikronHarness.start();
  });
  afterAll(() => harness.close());
  afterEach(() => harness.hangUp());

  const calls = async (state: string, count: number) => {
    for (let i = 0; i < 50; i++) {
      const { body } = await harness.api('GET', `calls?protocol=omikron&state=${state}`);
      if (body.items.length === count) return body.items;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    throw new Error(`there are not ${count} ${state} calls`);
  };

  it('are recorded from the first ring until the last one leaves', async () => {
    const home = await harness.iota(2);
    const [ann, bob] = home.users as [TestUser, TestUser];
    await harness.iotaSocket(home);
    const call = randomUUID();
    const { socket: a } = await harness.caller(ann, call);
    const main = await harness.client(ann);
    await harness.ask(main, 'call_invite', { receiver_id: bob.id, call_id: call, call_secret: 's' });
    const [ringing] = await calls('ringing', 1);
    expect(ringing.participants.map(({ sid }: { sid: string }) => sid).sort()).toEqual([ann.id, bob.id].sort());
    const { socket: b } = await harness.caller(bob, call);
    const [live] = await calls('live', 1);
    expect(live).toMatchObject({ id: ringing.id, protocol: 'omikron', outcome: null, endedAt: null });
    await b.close();
    await a.close();
    const [ended] = await calls('ended', 1);
    expect(ended).toMatchObject({ id: ringing.id, outcome: 'completed', endedBy: ann.id });
    const { socket: alone } = await harness.caller(ann, randomUUID());
    await alone.close();
    expect((await calls('ended', 2)).some((item: { outcome: string }) => item.outcome === 'cancelled')).toBe(true);
  });
});
