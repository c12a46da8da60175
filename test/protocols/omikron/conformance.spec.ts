import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { ids, OmikronHarness, type TestIota, type TestUser } from '../../support/omikron.js';
import { type WsClient } from '../../support/ws-client.js';
import { sendsBadFrames } from '../../support/frame-witness.js';

const LOG = { message: 'for people', log_level: 1 };

/** The conformance cases of the protocol, in order. I1 owns A and B, I2 owns C. */
describe('the Omikron protocol', () => {
  let harness: OmikronHarness;
  let I1: TestIota;
  let I2: TestIota;
  let A: TestUser;
  let B: TestUser;
  let C: TestUser;

  beforeAll(async () => {
    harness = await OmikronHarness.start();
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    I1 = await harness.iota(2);
    I2 = await harness.iota(1);
    [A, B] = I1.users as [TestUser, TestUser];
    [C] = I2.users as [TestUser];
  });
  afterEach(() => harness.hangUp());

  const fresh = (kind: 'iota' | 'client' | 'call'): Promise<WsClient> => harness.connect(`/ws/${kind}/`);

  it('1: ignores what a stranger sends', async () => {
    sendsBadFrames();
    for (const kind of ['iota', 'client', 'call'] as const) {
      const socket = await fresh(kind);
      socket.send({ id: randomUUID(), type: 'ping', log: LOG, data: { last_ping: 1 } });
      socket.send('garbage');
      socket.send('[1]');
      socket.send(Buffer.from([1, 2, 3]));
      await socket.expectNothing(500);
    }
  });

  it('2: identifies an Iota and reports which users it serves', async () => {
    const socket = await fresh('iota');
    const answer = await harness.ask(socket, 'identification', {
      iota_id: I1.id,
      user_ids: `${A.id},${B.id},${C.id},`,
    });
    expect(answer.type).toBe('identification_response');
    expect(answer.sender_id).toBe('22222222-2222-2222-2222-222222222222');
    expect(ids(answer.data.accepted_profiles)).toEqual([A.id, B.id]);
    expect(ids(answer.data.denid_profiles)).toEqual([C.id]);
    expect(ids(answer.data.denied_profiles)).toEqual([C.id]);
    expect(ids(answer.data.accepted_ids)).toEqual([A.id, B.id]);
    expect(answer.data.accepted).toBe(2);
  });

  it('3: accepts untidy lists and other spellings of names', async () => {
    const socket = await fresh('iota');
    const user_ids = `,${A.id}, , ${B.id.toUpperCase()},${A.id},nonsense`;
    const { data } = await harness.ask(socket, 'identification', { iota_id: I1.id, user_ids });
    expect(ids(data.accepted_profiles)).toEqual([A.id, B.id.toUpperCase()]);
    expect(ids(data.denid_profiles)).toEqual(['nonsense']);
    const other = await fresh('iota');
    const answer = await harness.ask(other, 'Identification', {
      IotaId: I1.id.toUpperCase(),
      UserIds: `,${A.id},,${B.id}`,
    });
    expect(ids(answer.data.accepted_profiles)).toEqual([A.id, B.id]);
  });

  it('4: identifies a client with the right hash', async () => {
    await harness.iotaSocket(I1);
    for (const more of [{}, { iota_id: I1.id }, { iota_id: I1.id.toUpperCase() }]) {
      const socket = await fresh('client');
      const data = { user_id: A.id, private_key_hash: A.hash.toUpperCase(), ...more };
      const answer = await harness.ask(socket, 'identification', data);
      expect(answer.type).toBe('identification_response');
      expect(answer.data).toEqual({ acceppted: true, accepted: true });
    }
  });

  it('5: refuses a wrong hash and lets the client try again', async () => {
    const iota = await harness.iotaSocket(I1);
    const socket = await fresh('client');
    const wrong = { user_id: A.id, private_key_hash: B.hash };
    const { type, data, log } = await harness.ask(socket, 'identification', wrong);
    expect({ type, data, level: log.log_level }).toEqual({
      type: 'identification_response',
      data: { acceppted: false, accepted: false },
      level: 2,
    });
    const asked = await harness.ask(socket, 'identification', { ...wrong, refusal: 'error' });
    expect(asked).toMatchObject({ type: 'error_invalid_private_key', data: {} });
    socket.send({ id: randomUUID(), type: 'get_chats', log: LOG, data: {} });
    await iota.expectNothing();
    const right = { user_id: A.id, private_key_hash: A.hash };
    expect((await harness.ask(socket, 'identification', right)).data.acceppted).toBe(true);
  });

  it("6: refuses another Iota's id, and clients whose Iota is away", async () => {
    const socket = await fresh('client');
    const identity = { user_id: A.id, private_key_hash: A.hash };
    expect((await harness.ask(socket, 'identification', identity)).data.acceppted).toBe(false);
    await harness.iotaSocket(I1);
    await harness.iotaSocket(I2);
    const elsewhere = { ...identity, iota_id: I2.id };
    expect((await harness.ask(socket, 'identification', elsewhere)).data.acceppted).toBe(false);
  });

  it("7: relays a client's message with the true sender", async () => {
    const iota = await harness.iotaSocket(I1);
    const a = await harness.client(A, iota);
    a.send({ id: 'X', type: 'get_chats', log: LOG, data: { k: 1 }, sender_id: C.id });
    await iota.expectNext({ id: 'X', type: 'get_chats', log: LOG, data: { k: 1 }, sender_id: A.id, sender: A.id });
  });

  it("8: relays an Iota's message to every socket of the receiver and to nobody else", async () => {
    const iota = await harness.iotaSocket(I1);
    const a = [await harness.client(A, iota), await harness.client(A, iota)];
    const b = await harness.client(B, iota);
    iota.send({ id: 'X', type: 'get_chats', receiver_id: A.id, data: { user_ids: [] } });
    for (const socket of a) {
      const { log, ...frame } = await socket.next();
      expect(frame).toEqual({
        id: 'X',
        type: 'get_chats',
        receiver_id: A.id,
        data: { user_ids: [] },
        sender_id: I1.id,
        sender: I1.id,
      });
      expect(log).toEqual({ message: '', log_level: -1 });
    }
    await b.expectNothing();
    iota.send({ type: 'x', receiver: A.id.toUpperCase(), log: LOG, data: {} });
    for (const socket of a) expect((await socket.next()).receiver).toBe(A.id.toUpperCase());
  });

  it('9: delivers nothing without a receiver', async () => {
    const iota = await harness.iotaSocket(I1);
    const a = await harness.client(A, iota);
    for (const receiver_id of [undefined, null, 7, '', 'nonsense', '33333333-3333-3333-3333-333333333333']) {
      const { type, log } = await harness.ask(iota, 'get_chats', {}, { receiver_id, sender_id: A.id });
      expect(type).toMatch(/^error/);
      expect(log.log_level).toBe(2);
    }
    await a.expectNothing();
  });

  it('10: relays between Iotas, on behalf of their own users only', async () => {
    const one = await harness.iotaSocket(I1);
    const message = {
      id: 'X',
      type: 'message_other_iota',
      receiver_id: C.id,
      sender_id: A.id,
      data: { k: 1 },
      log: LOG,
    };
    one.send(message);
    expect(await one.next()).toMatchObject({ id: 'X', type: 'error_no_iota' });
    const two = await harness.iotaSocket(I2);
    one.send(message);
    await two.expectNext(message);
    one.send({ ...message, type: 'anything' });
    await two.expectNext({ ...message, type: 'anything' });
    for (const forged of [{ sender_id: C.id }, { sender_id: undefined }, { sender: C.id }, { sender_id: 'nonsense' }]) {
      one.send({ ...message, ...forged });
      expect(await one.next()).toMatchObject({ id: 'X', type: 'error_invalid_user_id' });
    }
    await two.expectNothing();
  });

  it('11: relays unknown types and members', async () => {
    const iota = await harness.iotaSocket(I1);
    const a = await harness.client(A, iota);
    const message = { id: 'X', type: 'totally_new', log: LOG, more: [1], data: { Strange_Key: { deep: [null] } } };
    a.send(message);
    await iota.expectNext({ ...message, sender_id: A.id, sender: A.id });
    iota.send({ ...message, receiver_id: A.id });
    await a.expectNext({ ...message, receiver_id: A.id, sender_id: I1.id, sender: I1.id });
  });

  it('12 and 13: keeps pings for the other side', async () => {
    const iota = await harness.iotaSocket(I1);
    const a = await harness.client(A, iota);
    await harness.client(B, iota);
    const first = await harness.ask(a, 'ping', { last_ping: 17 });
    expect(first.type).toBe('pong');
    expect(first.log.log_level).toBe(-1);
    expect(first.data).toEqual({ last_ping: -1, ping_iota: '-1' });
    const pong = await harness.ask(iota, 'ping', { last_ping: 42 });
    expect(pong.type).toBe('pong');
    expect(pong.data).toEqual({
      user_ping: { [A.id]: 17, [B.id]: -1 },
      ping_clients: { [A.id]: '17', [B.id]: '-1' },
    });
    expect((await harness.ask(a, 'Ping', {})).data).toEqual({ last_ping: 42, ping_iota: '42' });
    a.send('{"id":"big","type":"ping","data":{"LastPing":9007199254740993}}');
    await a.next();
    iota.send('{"type":"ping","data":{}}');
    expect(await iota.nextText()).toContain(`"user_ping":{"${A.id}":9007199254740993,`);
  });

  it('21: lets a reconnecting Iota take over', async () => {
    const old = await harness.iotaSocket(I1);
    const a = await harness.client(A, old);
    const iota = await harness.iotaSocket(I1);
    expect(await old.closeCode()).toBe(1008);
    expect(await a.closeCode()).toBe(1012);
    const again = await harness.client(A, iota);
    again.send({ type: 'x', log: LOG });
    expect(await iota.next()).toMatchObject({ type: 'x', sender_id: A.id });
    iota.send({ type: 'y', receiver_id: A.id });
    expect((await again.next()).type).toBe('y');
  });

  it('22: closes the clients of an Iota that leaves', async () => {
    const iota = await harness.iotaSocket(I1);
    const a = await harness.client(A, iota);
    await iota.close();
    expect(await a.closeCode()).toBe(1012);
    const socket = await fresh('client');
    const identity = { user_id: A.id, private_key_hash: A.hash };
    expect((await harness.ask(socket, 'identification', identity)).data.acceppted).toBe(false);
  });

  it('23: answers garbage with an error and continues', async () => {
    sendsBadFrames();
    const iota = await harness.iotaSocket(I1);
    const a = await harness.client(A, iota);
    const { socket: c } = await harness.caller(B, randomUUID());
    for (const socket of [iota, a, c]) {
      for (const garbage of ['garbage', '[]', '7', '{"type":', Buffer.from('{}')]) {
        socket.send(garbage);
        expect(await socket.next()).toMatchObject({ type: 'error', log: { log_level: 2 } });
      }
      socket.send('{"id":{"a":[1]},"log":{}}');
      expect(await socket.next()).toMatchObject({ id: { a: [1] }, type: 'error' });
    }
    a.send({ id: 'X', type: 'get_chats', log: LOG, data: { k: 1 } });
    await iota.expectNext({ id: 'X', type: 'get_chats', log: LOG, data: { k: 1 }, sender_id: A.id, sender: A.id });
  });

  it('24: rings the receiver and confirms to the caller', async () => {
    const iota = await harness.iotaSocket(I1);
    const a = await harness.client(A, iota);
    const b = [await harness.client(B, iota), await harness.client(B, iota)];
    const call = { receiver_id: B.id, call_id: randomUUID(), call_secret: 'sealed', call_secret_sha: A.hash };
    expect((await harness.ask(a, 'call_invite', call)).type).toBe('call_invite');
    for (const socket of b) {
      const { type, log, data } = await socket.next();
      expect(type).toBe('new_call');
      expect(log).toBeDefined();
      const { call_id, receiver_id, call_secret } = call;
      expect(data).toEqual({ call_id, receiver_id, call_secret, sender_id: A.id });
    }
    for (const wrong of [{ receiver_id: C.id }, { receiver_id: 'x' }, { call_id: 'x' }, { call_secret: 7 }]) {
      expect((await harness.ask(a, 'call_invite', { ...call, ...wrong })).type).toBe('error');
    }
    const known = { call_id: call.call_id, call_secret_sha: A.hash };
    expect((await harness.ask(a, 'get_call', known)).data).toEqual({ call_state: 'DESTROYED' });
    await harness.caller(A, call.call_id, { call_secret_sha: A.hash });
    expect((await harness.ask(a, 'get_call', known)).data).toEqual({ call_state: 'ACTIVE' });
    expect((await harness.ask(a, 'get_call', { ...known, call_secret_sha: B.hash })).data).toEqual({
      call_state: 'DESTROYED',
    });
    await iota.expectNothing();
  });
});
