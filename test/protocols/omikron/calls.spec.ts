import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OmikronHarness, type TestIota, type TestUser } from '../../support/omikron.js';
import { type WsClient } from '../../support/ws-client.js';
import { sendsBadFrames } from '../../support/frame-witness.js';

const LOG = { message: 'for people', log_level: 1 };

/** The conformance cases of calls, in order. I1 owns A and B, I2 owns C. */
describe('Omikron calls', () => {
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

  let call: string;
  let iota: WsClient;

  beforeEach(async () => {
    call = randomUUID();
    iota = await harness.iotaSocket(I1);
  });

  const client_connected = (user: TestUser) => ({
    type: 'client_connected',
    log: expect.anything(),
    sender_id: '22222222-2222-2222-2222-222222222222',
    data: { user_id: user.id, call_state: 'muted', user_state: 'online' },
  });

  it('14: begin with the first caller', async () => {
    const { answer } = await harness.caller(A, call);
    expect(answer.type).toBe('identification_response');
    expect(answer.data).toEqual({
      acceppted: true,
      accepted: true,
      user_ids: { [A.id]: 'muted' },
      user_states: { [A.id]: { state: 'muted', streaming: false } },
    });
  });

  it.each(['call_state', 'CallState', 'callState', 'user_state', 'UserState'])(
    'pass on %s under the name that all clients know, and as it was written',
    async (name) => {
      const { socket: a } = await harness.caller(A, call);
      const { socket: b } = await harness.caller(B, call);
      await a.next();
      b.send({ type: 'client_changed', data: { [name]: 'busy' } });
      const plain = name.toLowerCase().startsWith('call') ? 'call_state' : 'user_state';
      const { data } = await a.next();
      expect(data).toEqual({ user_id: B.id, sender_id: B.id, [plain]: 'busy', [name]: 'busy' });
    },
  );

  it('15: tell the present callers before the one who joins', async () => {
    const { socket: a } = await harness.caller(A, call);
    const { socket: b, answer } = await harness.caller(B, call.toUpperCase());
    expect(await a.next()).toEqual(client_connected(B));
    expect(Object.keys(answer.data.user_ids)).toEqual([A.id, B.id]);
    await b.expectNothing();
    await a.expectNothing(0);
  });

  it('16: refuse wrong hashes and secrets, unnoticed by others', async () => {
    sendsBadFrames();
    const secret = A.hash;
    const { socket: a } = await harness.caller(A, call, { call_secret_sha: secret });
    const refused = { acceppted: false, accepted: false, user_ids: {}, user_states: {} };
    for (const wrong of [
      { private_key_hash: A.hash, call_secret_sha: secret },
      { call_secret_sha: B.hash },
      { call_secret_sha: 'nonsense' },
      {},
    ]) {
      const { answer } = await harness.caller(B, call, wrong);
      expect(answer.type).toBe('identification_response');
      expect(answer.data).toEqual(refused);
    }
    await a.expectNothing();
    const { answer } = await harness.caller(B, call, { call_secret_sha: secret.toUpperCase() });
    expect(answer.data.acceppted).toBe(true);
  });

  it('17 and 18: tell the others about changes, and joiners the current state', async () => {
    const { socket: a } = await harness.caller(A, call);
    const { socket: b } = await harness.caller(B, call);
    await a.next();
    b.send({ id: 'X', type: 'client_changed', log: LOG, data: { call_state: 'deafed' } });
    expect(await a.next()).toEqual({
      id: 'X',
      type: 'client_changed',
      log: LOG,
      sender_id: B.id,
      sender: B.id,
      data: { call_state: 'deafed', user_id: B.id, sender_id: B.id },
    });
    b.send({ type: 'client_changed', data: { user_state: 'away', user_id: A.id, SenderId: A.id } });
    expect((await a.next()).data).toEqual({ user_state: 'away', user_id: B.id, SenderId: B.id, sender_id: B.id });
    await b.expectNothing();
    const { answer } = await harness.caller(A, call);
    expect(answer.data.user_ids[B.id]).toBe('deafed');
    expect((await b.next()).type).toBe('client_closed');
    expect((await b.next()).type).toBe('client_connected');
  });

  it('accept the correct spelling of deafed, and pass on unknown states', async () => {
    sendsBadFrames();
    const { socket: a } = await harness.caller(A, call);
    const { socket: b } = await harness.caller(B, call);
    await a.next();
    b.send({ type: 'client_changed', data: { call_state: 'deafened' } });
    expect((await a.next()).data.call_state).toBe('deafed');
    b.send({ type: 'client_changed', data: { CallState: 'on_the_moon' } });
    expect((await a.next()).data.CallState).toBe('on_the_moon');
    expect((await harness.ask(b, 'client_changed', { call_state: 7 })).type).toBe('error');
  });

  it('19: deliver what is for one member to that one', async () => {
    const { socket: a } = await harness.caller(A, call);
    const { socket: b } = await harness.caller(B, call);
    await a.next();
    await harness.iotaSocket(I2);
    const { socket: c } = await harness.caller(C, randomUUID());
    for (const type of ['webrtc_sdp', 'webrtc_ice', 'watch_stream']) {
      const data = { payload: 'p', screen_share: false, receiver_id: B.id };
      a.send({ id: 'X', type, log: LOG, data: { ...data, sender_id: C.id } });
      const frame = await b.next();
      expect(frame).toMatchObject({ id: 'X', type, log: LOG, sender_id: A.id });
      expect(frame.data).toEqual({ ...data, sender_id: A.id });
    }
    const outside = { payload: 'p', receiver_id: C.id };
    expect((await harness.ask(a, 'webrtc_sdp', outside)).type).toBe('error_invalid_user_id');
    await c.expectNothing();
    await a.expectNothing(0);
  });

  it('tell the others when a stream begins and ends', async () => {
    sendsBadFrames();
    const { socket: a } = await harness.caller(A, call);
    const { socket: b } = await harness.caller(B, call);
    await a.next();
    b.send({ type: 'client_changed', data: { call_state: 'active' } });
    await a.next();
    b.send({ type: 'start_stream', log: LOG, data: { user_id: A.id } });
    expect(await a.next()).toMatchObject({ type: 'start_stream', data: { user_id: B.id, sender_id: B.id } });
    const { answer } = await harness.caller(A, call);
    expect(answer.data.user_ids[B.id]).toBe('streaming');
    expect(answer.data.user_states[B.id]).toEqual({ state: 'streaming', streaming: true });
    await b.next();
    await b.next();
    b.send({ type: 'end_stream', log: LOG });
    b.send({ type: 'ping', data: {} });
    expect((await b.next()).type).toBe('pong');
    const again = await harness.caller(A, call);
    expect(again.answer.data.user_states[B.id]).toEqual({ state: 'active', streaming: false });
  });

  it('20: tell the others who leaves', async () => {
    const { socket: a } = await harness.caller(A, call);
    const { socket: b } = await harness.caller(B, call);
    await a.next();
    await b.close();
    expect(await a.next()).toMatchObject({ type: 'client_closed', data: { user_id: B.id } });
    await a.close();
    await iota.expectNothing();
    const { answer } = await harness.caller(B, call);
    expect(Object.keys(answer.data.user_ids)).toEqual([B.id]);
  });
});
