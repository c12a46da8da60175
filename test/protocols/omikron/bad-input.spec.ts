import { randomUUID } from 'node:crypto';
import { AbstractLogger, DataSource } from 'typeorm';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ManualTime } from '../../support/manual-time.js';
import { ids, newUser, OmikronHarness, type TestIota, type TestUser } from '../../support/omikron.js';
import { type WsClient } from '../../support/ws-client.js';
import { sendsBadFrames } from '../../support/frame-witness.js';

class QueryLog extends AbstractLogger {
  readonly queries: string[] = [];

  constructor() {
    super('all');
  }

  override logQuery(query: string): void {
    this.queries.push(query);
  }

  protected override writeLog(): void {
    // Only queries are of interest.
  }
}

describe('hostile and careless peers of the Omikron', () => {
  beforeEach(sendsBadFrames);
  let harness: Awaited<ReturnType<typeof OmikronHarness.start>>;
  let time: ManualTime;
  let home: TestIota;
  let user: TestUser;
  let iota: WsClient;
  let client: WsClient;

  beforeAll(async () => {
    // The test plays the proxy, so that it can come from any address.
    harness = await OmikronHarness.start({ ADMISSION_SECONDS: '1', TRUSTED_PROXIES: '127.0.0.1' });
    time = ManualTime.of(harness.app);
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    home = await harness.iota(1);
    [user] = home.users as [TestUser];
    iota = await harness.iotaSocket(home);
    client = await harness.client(user, iota);
  });
  afterEach(async () => {
    // Whatever happened, nobody else was affected.
    client.send({ type: 'still', log: {} });
    expect((await iota.next()).type).toBe('still');
    iota.send({ type: 'here', log: {}, receiver_id: user.id });
    expect((await client.next()).type).toBe('here');
    await harness.hangUp();
  });

  it('accepts 20,000 user ids in one identification, with one query', async () => {
    const big = await harness.iota(0);
    const users = Array.from({ length: 20_000 }, () => randomUUID());
    await harness.app.dataSource.query(
      `INSERT INTO omikron_profiles (iota_id, user_id, key_digest) SELECT $1, unnest($2::uuid[]), '\\x00'`,
      [big.id, users.slice(0, 10_000)],
    );
    const socket = await harness.connect('/ws/iota/');
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- tests look into frames freely
    const identify = (to: WsClient, named: string[]): Promise<any> => {
      to.send({ id: 'X', type: 'identification', data: { iota_id: big.id, user_ids: named.join(',') } });
      return to.next(20_000);
    };
    const log = new QueryLog();
    // The socket may be on any node.
    const sources = harness.app.nodes.map((node) => node.get(DataSource));
    const loggers = sources.map(({ logger }) => logger);
    for (const source of sources) source.logger = log;
    const { data } = await identify(socket, users);
    for (const [n, source] of sources.entries()) source.logger = loggers[n]!;
    expect(log.queries.filter((query) => query.includes('omikron'))).toHaveLength(1);
    expect(ids(data.accepted_profiles)).toEqual(users.slice(0, 10_000));
    expect(ids(data.denid_profiles)).toEqual(users.slice(10_000));
    await socket.close();
    const again = await harness.connect('/ws/iota/');
    const answer = await identify(again, users.slice(0, 1));
    expect(answer.data.accepted).toBe(1);
  });

  it('closes a socket with 1009 if its identification is larger than a frame may be', async () => {
    const users = Array.from({ length: 100_000 }, () => randomUUID());
    const socket = await harness.connect('/ws/iota/');
    socket.send({ id: 'X', type: 'identification', data: { iota_id: home.id, user_ids: users.join(',') } });
    expect(await socket.closeCode()).toBe(1009);
    for (const path of ['/ws/client/', '/ws/call/']) {
      const other = await harness.connect(path);
      other.send({ id: 'X', type: 'identification', data: { user_id: 'x'.repeat(20_000) } });
      expect(await other.closeCode()).toBe(1009);
    }
  });

  it('ignores a second identification', async () => {
    const other = await harness.iota(1);
    iota.send({ id: 'X', type: 'identification', data: { iota_id: other.id, user_ids: other.users[0]?.id } });
    client.send({ id: 'X', type: 'identification', data: { user_id: other.users[0]?.id } });
    const { socket: caller } = await harness.caller(user, randomUUID());
    caller.send({ id: 'X', type: 'Identification', data: { user_id: other.users[0]?.id } });
    for (const socket of [iota, client, caller]) await socket.expectNothing(50);
    expect((await harness.api('GET', `omikron/iotas/${other.id}`)).body.online).toBe(false);
  });

  it('closes a socket after five refused identifications', async () => {
    const socket = await harness.connect('/ws/client/', { headers: { 'x-forwarded-for': '192.0.2.1' } });
    const attempts: object[] = [
      {},
      { user_id: 'nonsense', private_key_hash: user.hash },
      { user_id: randomUUID(), private_key_hash: user.hash },
      { user_id: user.id, private_key_hash: 7 },
      { user_id: user.id, private_key_hash: newUser().hash },
    ];
    for (const data of attempts) {
      const answer = await harness.ask(socket, 'identification', data);
      expect(answer.data).toEqual({ acceppted: false, accepted: false });
      expect(JSON.stringify(answer)).not.toContain(user.hash);
    }
    expect(await socket.closeCode()).toBe(1008);
    const stranger = await harness.connect('/ws/iota/', { headers: { 'x-forwarded-for': '192.0.2.2' } });
    for (const data of [
      {},
      { iota_id: 7 },
      { iota_id: 'x' },
      { iota_id: '22222222-2222-2222-2222-222222222222' },
      [],
    ]) {
      expect((await harness.ask(stranger, 'identification', data)).type).toBe('error');
    }
    expect(await stranger.closeCode()).toBe(1008);
  });

  it('answers wrong hashes ever more slowly, and right ones at once', async () => {
    const from = { headers: { 'x-forwarded-for': '192.0.2.3' } };
    const wrong = { user_id: user.id, private_key_hash: newUser().hash };
    for (let i = 0; i < 10; i++) {
      const socket = await harness.connect('/ws/client/', from);
      await harness.ask(socket, 'identification', wrong);
    }
    const slowed = await harness.connect('/ws/client/', from);
    slowed.send({ id: 'X', type: 'identification', data: wrong });
    await slowed.expectNothing(300);
    const owner = await harness.connect('/ws/client/', from);
    const right = { user_id: user.id, private_key_hash: user.hash };
    expect((await harness.ask(owner, 'identification', right)).data.acceppted).toBe(true);
    expect((await slowed.next()).data.acceppted).toBe(false);
    expect((await iota.next()).type).toBe('client_connected');
  });

  it('accepts an identification without an id, and repeats any id', async () => {
    const socket = await harness.connect('/ws/client/');
    socket.send({ type: 'identification', data: { user_id: user.id, private_key_hash: newUser().hash } });
    expect(await socket.next()).not.toHaveProperty('id');
    socket.send(`{"id":12345678901234567890,"type":"identification","data":{"user_id":"${user.id}"}}`);
    expect(await socket.nextText()).toMatch(/^\{"id":12345678901234567890,/);
  });

  it('sets the sender, however often and in whatever spelling it occurs', async () => {
    const forged = `"sender_id":"${home.id}","sender":"${home.id}"`;
    client.send(`{${forged},"type":"x","log":{},${forged},"sender\\u005fid":"${home.id}"}`);
    const text = await iota.nextText();
    expect(text).not.toContain(home.id);
    expect(JSON.parse(text)).toEqual({ type: 'x', log: {}, sender_id: user.id, sender: user.id });
    const other = await harness.iota(1);
    const neighbour = await harness.iotaSocket(other);
    const receiver_id = other.users[0]?.id ?? '';
    iota.send(`{"type":"x","receiver_id":"${receiver_id}","sender_id":"${user.id}","sender_id":"${receiver_id}"}`);
    expect((await iota.next()).type).toBe('error_invalid_user_id');
    await neighbour.expectNothing();
  });

  it("reaches only one's own users and Iota", async () => {
    const other = await harness.iota(1);
    const neighbour = await harness.iotaSocket(other);
    const [stranger] = other.users as [TestUser];
    const theirs = await harness.client(stranger, neighbour);
    iota.send({ type: 'x', log: {}, receiver_id: stranger.id, sender_id: user.id });
    expect((await neighbour.next()).sender_id).toBe(user.id);
    await theirs.expectNothing();
    client.send({ type: 'x', log: {}, receiver_id: stranger.id });
    expect((await iota.next()).receiver_id).toBe(stranger.id);
    await neighbour.expectNothing();
  });

  it('passes on text at any precision and depth', async () => {
    const deep = '['.repeat(200) + ']'.repeat(200);
    const data = `{"big":9007199254740993,"huge":1e400,"nul":"\\u0000","half":"\\ud800","__proto__":{"x":1},"d":${deep}}`;
    const long = '€'.repeat(100_000);
    client.send(`{"type":"x","log":{},"data":${data},"l":"${long}"}`);
    const up = await iota.nextText();
    expect(up).toContain(data);
    expect(up).toContain(long);
    iota.send(`{"type":"x","log":{},"data":${data},"receiver_id":"${user.id}"}`);
    expect(await client.nextText()).toContain(data);
  });

  it('silently closes a socket that never identifies', async () => {
    const socket = await harness.connect('/ws/call/');
    const chatty = await harness.connect('/ws/client/');
    for (let ms = 0; ms < 8_500; ms += 500) {
      chatty.send({ type: 'ping' });
      await time.passes(500);
    }
    await socket.expectNothing();
    await time.passes(2_000);
    expect(await socket.closeCode()).toBe(1008);
    expect(await chatty.closeCode()).toBe(1008);
  });
});
