import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { OmikronHarness, type TestIota, type TestUser } from '../../support/omikron.js';
import { type WsClient } from '../../support/ws-client.js';

describe('Omikron presence', () => {
  let harness: OmikronHarness;
  let one: TestIota;
  let two: TestIota;
  let ann: TestUser;
  let bob: TestUser;
  let cat: TestUser;
  let a: WsClient;

  beforeAll(async () => {
    harness = await OmikronHarness.start();
  });
  afterAll(() => harness.close());
  beforeEach(async () => {
    [one, two] = [await harness.iota(2), await harness.iota(1)];
    [ann, bob] = one.users as [TestUser, TestUser];
    [cat] = two.users as [TestUser];
    const iota = await harness.iotaSocket(one);
    a = await harness.client(ann, iota);
  });
  afterEach(() => harness.hangUp());

  const expectState = async (socket: WsClient, user: TestUser, state: string): Promise<void> => {
    expect(await socket.next()).toMatchObject({
      type: 'client_changed',
      sender_id: '22222222-2222-2222-2222-222222222222',
      log: { message: expect.any(String) },
      data: { user_id: user.id, user_state: state },
    });
  };

  it('sends the states of the users a client names, and leaves out unknown ones', async () => {
    const named = { user_ids: `${ann.id},${bob.id.toUpperCase()},${cat.id},${randomUUID()},nonsense,` };
    const { type, data } = await harness.ask(a, 'get_states', named);
    expect(type).toBe('get_states');
    expect(data.user_states).toEqual({
      [ann.id]: 'online',
      [bob.id.toUpperCase()]: 'user_offline',
      [cat.id]: 'iota_offline',
    });
    expect((await harness.ask(a, 'GetStates', { user_ids: [bob.id] })).data.user_states).toEqual({
      [bob.id]: 'user_offline',
    });
    expect((await harness.ask(a, 'get_states', { UserStates: { [cat.id]: '' } })).data.user_states).toEqual({
      [cat.id]: 'iota_offline',
    });
  });

  it('follows a contact from its Iota leaving to its last socket and back', async () => {
    await harness.ask(a, 'get_states', { user_ids: [cat.id] });
    const home = await harness.iotaSocket(two);
    await expectState(a, cat, 'user_offline');
    const first = await harness.client(cat, home);
    await expectState(a, cat, 'online');
    first.send({ type: 'client_changed', data: { user_state: 'do_not_disturb' } });
    await expectState(a, cat, 'do_not_disturb');
    const second = await harness.client(cat, home);
    expect((await harness.ask(a, 'get_states', { user_ids: [cat.id] })).data.user_states).toEqual({
      [cat.id]: 'do_not_disturb',
    });
    await second.close();
    await a.expectNothing(50);
    first.send({ type: 'client_changed', data: { UserState: 'DND' } });
    await expectState(a, cat, 'DND');
    await first.close();
    await expectState(a, cat, 'user_offline');
    await harness.client(cat, home);
    await expectState(a, cat, 'online');
    await home.close();
    await expectState(a, cat, 'iota_offline');
    await a.expectNothing(50);
  });

  it('repeats on request what it has sent', async () => {
    const ask = async () => (await harness.ask(a, 'get_states', { user_ids: [cat.id] })).data.user_states;
    await ask();
    for (let round = 0; round < 10; round++) {
      const home = await harness.iotaSocket(two);
      await expectState(a, cat, 'user_offline');
      const apps = [];
      for (let i = 0; i < 5; i++) apps.push(await harness.client(cat, home));
      await expectState(a, cat, 'online');
      home.socket.terminate();
      await expectState(a, cat, 'iota_offline');
      expect(await ask()).toEqual({ [cat.id]: 'iota_offline' });
      for (const app of apps) expect(await app.closeCode()).toBe(1012);
      expect(await ask()).toEqual({ [cat.id]: 'iota_offline' });
    }
    await a.expectNothing(50);
  });

  it('tells nobody who has not asked', async () => {
    const home = await harness.iotaSocket(two);
    const c = await harness.client(cat, home);
    c.send({ type: 'client_changed', data: { user_state: 'away' } });
    await a.expectNothing(50);
    await home.expectNothing(0);
    await c.expectNothing(0);
  });

  it('refuses invalid states, and more than a thousand contacts', async () => {
    for (const user_state of [undefined, '', 7, 'x'.repeat(101)]) {
      expect((await harness.ask(a, 'client_changed', { user_state })).type).toBe('error');
    }
    const many = Array.from({ length: 1_001 }, () => randomUUID());
    expect((await harness.ask(a, 'get_states', { user_ids: many })).type).toBe('error');
    expect((await harness.ask(a, 'get_states', { user_ids: many.slice(1) })).data.user_states).toEqual({});
  });
});
