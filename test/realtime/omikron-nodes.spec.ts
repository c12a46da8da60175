import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import {
  type CallerPrincipal,
  type ClientPrincipal,
  type IotaPrincipal,
} from '../../src/modules/omikron/omikron-connection.js';
import { OmikronRefusal } from '../../src/modules/omikron/omikron-refusal.js';
import { SOCKETS, stateChannel } from '../../src/modules/omikron/omikron.channels.js';
import { channel } from '../../src/modules/realtime/channel.js';
import {
  ANN,
  BOB,
  FakeConnection,
  HASH,
  identification,
  IOTA,
  message,
  omikronNode,
  type OmikronNode,
} from '../support/omikron-domain.js';
import { describeRedis, eventually, startRedisNode } from './node.js';

/** Two nodes, the second of which can be killed. */
interface Pair {
  readonly one: OmikronNode;
  readonly two: OmikronNode;
  /** Like kill -9; resolves once the first one has started to release what the second held. */
  kill(): Promise<void>;
  close(): Promise<void>;
}

async function redisNodes(url: string): Promise<Pair> {
  const [one, two] = [await startRedisNode(url), await startRedisNode(url)];
  return {
    one: omikronNode(one, 'one'),
    two: omikronNode(two, 'two'),
    kill: async () => {
      const { incarnation } = two.identity;
      two.connection.close();
      await one.presence.releaseNode(incarnation);
      await one.store.releaseNode(incarnation);
    },
    close: async () => {
      await Promise.all([one.close(), two.close()]);
    },
  };
}

describeRedis('an Iota and its clients on different nodes', ['single', 'cluster'], (redis) => {
  describePair(async () => {
    await redis().flush();
    return redisNodes(redis().url);
  });

  it('end what ended while Redis was away, once it is back', async () => {
    await redis().flush();
    const pair = await redisNodes(redis().url);
    const [i, a, b] = [new FakeConnection(), new FakeConnection(), new FakeConnection()];
    const call = randomUUID();
    await pair.one.iotas.identify(i, identification({ iota_id: IOTA, user_ids: ANN }), null);
    await pair.two.clients.identify(a, identification({ user_id: ANN, private_key_hash: HASH }));
    await pair.two.callers.identify(b, identification({ call_id: call, user_id: ANN, private_key_hash: HASH }));
    await redis().kill();
    try {
      for (const { sessions } of [pair.one, pair.two]) {
        await eventually(() => sessions.find(BOB).then(never, () => true), 5_000);
      }
      const ends = [
        pair.two.calls.leave(b.principal as CallerPrincipal),
        pair.two.clients.leave(a.principal as ClientPrincipal),
        pair.one.iotas.leave(i.principal as IotaPrincipal),
      ];
      await redis().restart();
      await Promise.all(ends);
      expect(await pair.two.sessions.seatOf(IOTA)).toBeUndefined();
      expect(await pair.one.calls.isLive(call, null)).toBe(false);
      expect(await pair.one.states.of(ANN)).toBe('iota_offline');
      expect(await pair.one.presence.count(SOCKETS.of(ANN))).toBe(0);
      expect(pair.two.told).toEqual([`left ${ANN}`, `ended cancelled ${ANN}`]);
    } finally {
      await pair.close();
    }
  }, 40_000);
});

const never = (): boolean => false;

function describePair(start: () => Promise<Pair>): void {
  let pair: Pair;
  let one: OmikronNode;
  let two: OmikronNode;
  /** Living nodes. */
  let nodes: OmikronNode[];

  beforeEach(async () => {
    pair = await start();
    ({ one, two } = pair);
    nodes = [one, two];
  }, 30_000);
  afterEach(() => pair.close());

  /** Everything published so far has arrived, with its consequences. */
  async function settle(): Promise<void> {
    for (let round = 0; round < 3; round++) {
      const on = channel('test', randomUUID());
      const ears = nodes.map(() => new FakeConnection());
      for (const [n, { hub }] of nodes.entries()) await hub.subscribe(ears[n]!, on);
      for (const { hub } of nodes) hub.publish(on, { type: 'test' });
      await eventually(() => ears.every(({ events }) => events.length === nodes.length), 10_000);
      for (const [n, { hub }] of nodes.entries()) hub.detach(ears[n]!);
    }
  }

  async function kill(): Promise<void> {
    nodes = [one];
    await pair.kill();
  }

  /** Listens to the state of `user`, on the first node. */
  async function watcher(user: string): Promise<FakeConnection> {
    const socket = new FakeConnection();
    await one.hub.subscribe(socket, stateChannel(user));
    return socket;
  }
  const statesOf = ({ events }: FakeConnection): string[] =>
    events.flatMap((event) => (event.type === 'omikron.state-changed' ? [`${event.user} ${event.state}`] : []));

  async function iotaOn(where: OmikronNode): Promise<{ socket: FakeConnection; iota: IotaPrincipal }> {
    const socket = new FakeConnection();
    await where.iotas.identify(socket, identification({ iota_id: IOTA, user_ids: `${ANN},${BOB}` }), null);
    await settle();
    return { socket, iota: socket.principal as IotaPrincipal };
  }

  async function clientOn(
    where: OmikronNode,
    user: string,
  ): Promise<{ socket: FakeConnection; client: ClientPrincipal }> {
    const socket = new FakeConnection();
    await where.clients.identify(socket, identification({ user_id: user, private_key_hash: HASH }));
    await settle();
    return { socket, client: socket.principal as ClientPrincipal };
  }

  const join = (where: OmikronNode, call: string, socket: FakeConnection, user: string) =>
    where.callers.identify(socket, identification({ call_id: call, user_id: user, private_key_hash: HASH }));

  it('reach each other in both directions, and nobody else', async () => {
    const { socket: i, iota } = await iotaOn(one);
    const { socket: a, client } = await clientOn(two, ANN);
    const { socket: b } = await clientOn(one, BOB);
    two.relay.fromClient(client, message({ type: 'up', log: {} }));
    void one.relay.fromIota(iota, message({ type: 'down', log: {}, receiver_id: ANN }));
    await settle();
    expect(i.texts).toEqual([{ type: 'up', log: {}, sender_id: ANN, sender: ANN }]);
    expect(a.texts).toEqual([{ type: 'down', log: {}, receiver_id: ANN, sender_id: IOTA, sender: IOTA }]);
    expect(b.texts).toEqual([]);
    expect(await two.sessions.find(ANN)).toMatchObject({ iota: IOTA, node: 'one' });
  });

  it('share their pings and states', async () => {
    const { iota } = await iotaOn(one);
    const { client } = await clientOn(two, ANN);
    const ping = (last_ping: number) => message({ type: 'ping', data: { last_ping } });
    expect(await two.pings.ofClient(client, ping(17).ping)).toBe('-1');
    expect(await one.pings.ofIota(iota, ping(42).ping)).toEqual([[ANN, '17']]);
    expect(await two.pings.ofClient(client, message({ type: 'ping' }).ping)).toBe('42');
    expect(await one.states.of(ANN)).toBe('online');
    expect(await one.states.of(BOB)).toBe('user_offline');
  });

  it('are separated when the Iota leaves or reconnects on another node', async () => {
    const { socket: old } = await iotaOn(one);
    const { socket: a, client } = await clientOn(two, ANN);
    const { socket: i, iota } = await iotaOn(two);
    expect(old.reason?.code).toBe(1008);
    expect(a.reason?.code).toBe(1012);
    expect(i.closed).toBe(false);
    // The old socket ends after the new one has come, and takes nothing of the new one along.
    one.hub.detach(old);
    await one.iotas.leave(old.principal as IotaPrincipal);
    await two.clients.leave(client);
    expect(await one.sessions.find(ANN)).toMatchObject({ node: 'two' });
    const { socket: b } = await clientOn(one, BOB);
    two.hub.detach(i);
    await two.iotas.leave(iota);
    await settle();
    expect(b.reason?.code).toBe(1012);
    expect(await one.sessions.find(ANN)).toBeUndefined();
    expect(await one.states.of(ANN)).toBe('iota_offline');
    await expect(clientOn(one, ANN)).rejects.toThrow(OmikronRefusal);
  });

  it('end up with one Iota, whichever of many comes last', async () => {
    const sockets = await Promise.all(Array.from({ length: 10 }, (_, n) => iotaOn(n % 2 === 0 ? one : two)));
    await settle();
    const open = sockets.filter(({ socket }) => !socket.closed);
    expect(open).toHaveLength(1);
    for (const { socket, iota } of sockets) if (socket.closed) await one.iotas.leave(iota);
    expect((await one.sessions.find(BOB))?.session).toBe(open[0]?.iota.session);
    const { socket: a } = await clientOn(two, ANN);
    expect(a.closed).toBe(false);
  });

  it('meet in calls, each seeing the other exactly once, in whatever order they join', async () => {
    await iotaOn(one);
    const call = randomUUID();
    const [a, b] = [new FakeConnection(), new FakeConnection()];
    await Promise.all([join(one, call, a, ANN), join(two, call, b, BOB)]);
    await settle();
    const seen = (socket: FakeConnection): string[] =>
      socket.events.flatMap((event) => {
        if (event.type === 'omikron.call-joined') return event.members.map(({ user }) => user);
        return event.type === 'omikron.caller-connected' ? [event.caller.user] : [];
      });
    expect(seen(a).sort()).toEqual([ANN, BOB].sort());
    expect(seen(b).sort()).toEqual([ANN, BOB].sort());
    await one.calls.forward(
      a.principal as CallerPrincipal,
      message({ type: 'webrtc_sdp', log: {}, data: { receiver_id: BOB, payload: 'p' } }),
    );
    await settle();
    two.hub.detach(b);
    expect(b.texts).toMatchObject([{ type: 'webrtc_sdp', data: { payload: 'p', sender_id: ANN } }]);
    await two.calls.leave(b.principal as CallerPrincipal);
    await settle();
    expect(a.types.at(-1)).toBe('caller-closed');
  });

  describe('when a node dies', () => {
    it('closes the clients of an Iota that was on it, and announces its users as away once', async () => {
      await iotaOn(two);
      const { socket: a } = await clientOn(one, ANN);
      await clientOn(two, BOB);
      const watchers = [await watcher(ANN), await watcher(BOB)];
      await kill();
      await eventually(() => watchers.every((each) => statesOf(each).length > 0), 10_000);
      await settle();
      expect(a.reason?.code).toBe(1012);
      expect(statesOf(watchers[0]!)).toEqual([`${ANN} iota_offline`]);
      // Its client's node also died, and may have been noticed first.
      expect(statesOf(watchers[1]!).at(-1)).toBe(`${BOB} iota_offline`);
      expect(await one.sessions.seatOf(IOTA)).toBeUndefined();
      expect(await one.states.of(BOB)).toBe('iota_offline');
      // The client's own end comes after.
      one.hub.detach(a);
      await one.clients.leave(a.principal as ClientPrincipal);
      await settle();
      expect(statesOf(watchers[0]!)).toHaveLength(1);
      await expect(clientOn(one, ANN)).rejects.toThrow(OmikronRefusal);
      await iotaOn(one);
      expect((await clientOn(one, ANN)).socket.closed).toBe(false);
    });

    it('spares an Iota that has reconnected on another node', async () => {
      await iotaOn(two);
      const { socket: i } = await iotaOn(one);
      const { socket: a } = await clientOn(one, ANN);
      const states = await watcher(ANN);
      await kill();
      await settle();
      expect([i.closed, a.closed, statesOf(states)]).toEqual([false, false, []]);
      expect(await one.sessions.find(ANN)).toMatchObject({ node: 'one' });
    });

    it('does not announce a user as away who was removed from the Iota', async () => {
      const { iota } = await iotaOn(two);
      const states = [await watcher(ANN), await watcher(BOB)];
      await two.iotas.dismiss(iota, ANN);
      await kill();
      await eventually(() => statesOf(states[1]!).length > 0, 10_000);
      await settle();
      expect(states.map(statesOf)).toEqual([[], [`${BOB} iota_offline`]]);
    });

    it('continues with a user’s remaining sockets, or announces the user as away', async () => {
      const { iota } = await iotaOn(one);
      const { socket: a } = await clientOn(one, ANN);
      const { client } = await clientOn(two, ANN.toUpperCase());
      await clientOn(two, BOB);
      const states = [await watcher(ANN), await watcher(BOB)];
      await two.states.change(client, message({ data: { user_state: 'away' } }).data, undefined);
      await eventually(() => statesOf(states[0]!).length === 1, 10_000);
      await kill();
      await eventually(() => states.every((each) => statesOf(each).at(-1)?.includes('line')), 10_000);
      await settle();
      expect(states.map(statesOf)).toEqual([
        [`${ANN.toUpperCase()} away`, `${ANN.toUpperCase()} online`],
        [`${BOB} user_offline`],
      ]);
      expect(a.closed).toBe(false);
      expect(await one.pings.ofIota(iota, message({ type: 'ping' }).ping)).toEqual([[ANN, '-1']]);
    });

    it('removes its callers from their calls, announced once each, and ends calls with the last one', async () => {
      await iotaOn(one);
      const [shared, lonely] = [randomUUID(), randomUUID()];
      const a = new FakeConnection();
      await join(one, shared, a, ANN);
      await join(two, shared, new FakeConnection(), BOB.toUpperCase());
      await join(two, lonely, new FakeConnection(), BOB);
      await settle();
      await kill();
      await eventually(() => a.types.includes('caller-closed') && one.told.length === 3, 10_000);
      await settle();
      expect(a.events.filter(({ type }) => type === 'omikron.caller-closed')).toEqual([
        { type: 'omikron.caller-closed', user: BOB.toUpperCase() },
      ]);
      expect([...one.told].sort()).toEqual(['ended failed', `left ${BOB}`, `left ${BOB}`]);
      expect(await one.calls.isLive(lonely, null)).toBe(false);
      const b = new FakeConnection();
      await join(one, shared, b, BOB);
      await settle();
      expect(b.events.at(-1)).toMatchObject({ type: 'omikron.call-joined', members: [{ user: ANN }, { user: BOB }] });
    });
  });
}
