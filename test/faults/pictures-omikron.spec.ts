import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { OmikronHarness, type TestUser } from '../support/omikron.js';
import { cleanUpProcesses } from '../support/process.js';
import { describeWith } from '../support/requires.js';
import { ThreeNodes } from '../support/three-nodes.js';
import { type WsClient } from '../support/ws-client.js';

const NOTICED_MS = 10_000;
const HEAL_MS = 5_000;
/** How long to listen for what must not come again. */
const QUIET_MS = 1_500;

describeWith('redis-server', 'Omikron peers whose node was cut off from the others', () => {
  let nodes: ThreeNodes;
  let all: OmikronHarness[] = [];
  beforeAll(async () => {
    nodes = await ThreeNodes.start({ IOTA_ACCESS: 'open' });
  }, 300_000);
  afterEach(async () => {
    await nodes
      .redisCable(0)
      .open()
      .catch(() => undefined);
    await Promise.all(all.map((each) => each.hangUp()));
  });
  afterAll(async () => {
    await cleanUpProcesses();
    await nodes.stop();
  });

  const told = ({ type, data }: { type: string; data: { sender_id?: string } }) => {
    const rest = { type, ...data };
    if (type !== 'new_call') delete rest.sender_id;
    return rest;
  };
  const say = (socket: WsClient, type: string, data: object): void => {
    socket.send({ id: randomUUID(), type, log: { message: '', log_level: 0 }, data });
  };

  it('hear of each change of callers, each client of an Iota and each ringing call, once', async () => {
    await nodes.well(NOTICED_MS);
    all = await Promise.all([0, 1].map((n) => OmikronHarness.on({ url: nodes.url(n), wsUrl: nodes.wsUrl(n) })));
    const [here, there] = all as [OmikronHarness, OmikronHarness];
    const iota = await here.iota(4);
    const [ann, bob, cat, dan] = iota.users as [TestUser, TestUser, TestUser, TestUser];
    const home = await here.iotaSocket(iota);
    const client = await here.client(ann, home);
    const caller = await there.client(bob, home);
    const call = randomUUID();
    const { socket: listener } = await here.caller(ann, call);
    const { socket: changes } = await there.caller(bob, call);
    const { socket: leaves } = await there.caller(cat, call);
    for (const { id } of [bob, cat]) expect(told(await listener.next())).toMatchObject({ user_id: id });
    await sleep(500);

    await nodes.redisCable(0).cut();
    while ((await nodes.readiness(0))?.status === 'ok') await sleep(50);
    say(changes, 'client_changed', { call_state: 'active', user_state: 'away' });
    say(changes, 'start_stream', {});
    await leaves.close();
    await there.caller(dan, call);
    await there.client(dan);
    const ring = { receiver_id: ann.id, call_id: call, call_secret: 's' };
    say(caller, 'call_invite', { ...ring, call_id: randomUUID() });
    await caller.next();
    await nodes.redisCable(0).open();

    const heard = [];
    for (let i = 0; i < 4; i++) heard.push(told(await listener.next(HEAL_MS)));
    expect(heard).toHaveLength(4);
    expect(heard).toContainEqual({ type: 'client_closed', user_id: cat.id });
    expect(heard).toContainEqual({ type: 'client_changed', user_id: bob.id, call_state: 'active', user_state: 'away' });
    expect(heard).toContainEqual({ type: 'start_stream', user_id: bob.id });
    expect(heard).toContainEqual({
      type: 'client_connected',
      user_id: dan.id,
      call_state: 'muted',
      user_state: 'online',
    });
    expect(told(await home.next(HEAL_MS))).toEqual({ type: 'client_connected', user_id: dan.id });
    expect(told(await client.next(HEAL_MS))).toMatchObject({ type: 'new_call', receiver_id: ann.id, call_secret: 's' });
    for (const socket of [listener, home, client]) await socket.expectNothing(QUIET_MS);
    say(changes, 'end_stream', {});
    expect(told(await listener.next(HEAL_MS))).toMatchObject({ type: 'end_stream', user_id: bob.id });
  }, 60_000);
});
