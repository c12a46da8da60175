import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { SystemClock } from '../../src/common/time/clock.js';
import { SystemMonotonicClock } from '../../src/common/time/monotonic-clock.js';
import { SystemTimers } from '../../src/common/time/timers.js';
import { type AppConfig, type RedisSection } from '../../src/config/app-config.js';
import { loadConfig } from '../../src/config/load-config.js';
import { type CallOutcome, type CallParty, type CallRef } from '../../src/modules/calls/call-changes.js';
import { type CallLedger } from '../../src/modules/calls/call-ledger.service.js';
import { type HubEvent } from '../../src/modules/realtime/hub-event.js';
import { Hub } from '../../src/modules/realtime/fan-out/hub.js';
import { PushShares } from '../../src/modules/realtime/access/push-shares.js';
import { NodeIdentity } from '../../src/modules/realtime/node-identity.js';
import { RedisConnection } from '../../src/modules/realtime/redis/connection/redis-connection.js';
import { RedisBroker } from '../../src/modules/realtime/redis/bus/redis.broker.js';
import { RedisEphemeralStore } from '../../src/modules/realtime/redis/state/redis.ephemeral-store.js';
import { RedisPresence } from '../../src/modules/realtime/redis/state/redis.presence.js';
import { type CallIce } from '../../src/modules/signaling/calls/call-ice.service.js';
import { CallRooms } from '../../src/modules/signaling/calls/call-rooms.service.js';
import { Invitations } from '../../src/modules/signaling/calls/invitations.service.js';
import { Lobby } from '../../src/modules/signaling/lobby/lobby.service.js';
import { type LobbyTokens } from '../../src/modules/signaling/tokens/lobby-tokens.service.js';
import { LostPeers } from '../../src/modules/signaling/calls/lost-peers.service.js';
import { type PeerSignal, type SignalingEvent } from '../../src/modules/signaling/signaling.events.js';
import { Signaling } from '../../src/modules/signaling/signaling.service.js';
import { type Peer, type SignalingConnection } from '../../src/modules/signaling/signaling-peer.js';
import { describeRedis, eventually, sleep } from './node.js';

/** The calls in progress, and how the others ended, according to all nodes. */
class FakeLedger {
  private calls = 0;
  readonly open = new Map<string, Set<string>>();
  readonly ends: [key: string, outcome: CallOutcome, by: string | undefined][] = [];
  newCall = (): CallRef => ({ key: `call ${++this.calls}`, protocol: 'signaling' });
  rang = (call: CallRef): void => {
    this.answered(call);
  };
  answered = ({ key }: CallRef): void => void this.open.set(key, this.open.get(key) ?? new Set());
  joined = ({ key }: CallRef, { sid }: CallParty): void => void this.open.get(key)?.add(sid);
  joinedElsewhere = this.joined;
  left = ({ key }: CallRef, sid: string): void => void this.open.get(key)?.delete(sid);
  ended = ({ key }: CallRef, outcome: CallOutcome, by?: string): void => {
    if (this.open.delete(key)) this.ends.push([key, outcome, by]);
  };
}

interface Visitor {
  readonly peer: Peer;
  /** The events it received. */
  readonly heard: SignalingEvent[];
}

/** Signaling on one node. */
class Node {
  readonly identity = new NodeIdentity();
  readonly store: RedisEphemeralStore;
  readonly presence: RedisPresence;
  readonly lobby: Lobby;
  readonly rooms: CallRooms;
  readonly invitations: Invitations;
  readonly signaling: Signaling;
  private readonly hub: Hub;
  private readonly broker: RedisBroker;
  private readonly visitors: Visitor[] = [];

  private constructor(
    private readonly connection: RedisConnection,
    ledger: CallLedger,
  ) {
    const clock = new SystemClock();
    this.broker = new RedisBroker(connection, randomBytes(8));
    this.hub = new Hub(this.broker);
    this.store = new RedisEphemeralStore(connection, this.identity);
    this.presence = new RedisPresence(connection, this.identity);
    const shares = new PushShares(new SystemMonotonicClock());
    const lobby = new Lobby(this.presence, this.store, this.hub, new SystemMonotonicClock(), shares);
    this.lobby = lobby;
    this.rooms = new CallRooms(this.store, this.presence, ledger, lobby, clock);
    this.invitations = new Invitations(
      this.store,
      this.presence,
      this.hub,
      lobby,
      this.rooms,
      ledger,
      clock,
      new SystemTimers(),
    );
    new LostPeers(this.presence, lobby, this.rooms, this.invitations);
    this.signaling = new Signaling(
      lobby,
      this.rooms,
      this.invitations,
      { stop: () => undefined, seated: () => undefined } as unknown as CallIce,
      {} as LobbyTokens,
      clock,
      { calls: { signalingAccess: 'open' } } as AppConfig,
    );
  }

  static async start(url: string, ledger: FakeLedger): Promise<Node> {
    const connection = new RedisConnection(loadConfig({ REDIS_URL: url, MEDIA_SHARED: 'true' }).redis as RedisSection);
    await connection.start();
    await eventually(() => connection.up, 20_000);
    return new Node(connection, ledger as unknown as CallLedger);
  }

  async enter(id: string): Promise<Visitor> {
    const heard: SignalingEvent[] = [];
    const connection: SignalingConnection = {
      id,
      address: '192.0.2.1',
      protocol: 'signaling',
      encoder: {
        encode: (event: HubEvent) => {
          heard.push(event as SignalingEvent);
          return null;
        },
      },
      principal: null,
      subscriptions: null,
      closed: false,
      send: () => undefined,
      close: () => undefined,
      signal: (event) => void this.signaling.hear(peer, event as PeerSignal),
      admit: () => undefined,
    };
    const peer = (await this.signaling.enter(connection, undefined)) as Peer;
    const visitor = { peer, heard };
    this.visitors.push(visitor);
    return visitor;
  }

  /** Like kill -9, without any notice. */
  die(): void {
    for (const { peer } of this.visitors) for (const { stop } of peer.pending.values()) stop();
    this.broker.close();
    this.connection.close();
  }

  /** Like the cleanup of another node. */
  async release(dead: Node): Promise<void> {
    await this.presence.releaseNode(dead.identity.incarnation);
    await this.store.releaseNode(dead.identity.incarnation);
  }
}

describeRedis('signaling when a node dies', ['single', 'cluster'], (redis) => {
  let ledger: FakeLedger;
  let nodes: [Node, Node, Node];
  beforeEach(async () => {
    await redis().flush();
    ledger = new FakeLedger();
    const start = (): Promise<Node> => Node.start(redis().url, ledger);
    nodes = [await start(), await start(), await start()];
  });
  afterEach(() => {
    for (const node of nodes) node.die();
  });

  /** `sender` calls `receiver`, who accepts; both nodes know. @returns the room */
  async function call(from: Node, sender: Visitor, to: Node, receiver: Visitor): Promise<string> {
    await from.invitations.send(sender.peer, receiver.peer.sid);
    await to.signaling.accept(receiver.peer, { sender: sender.peer.sid, receiver: receiver.peer.sid });
    await eventually(() => sender.peer.pending.size === 0);
    // The sender's node takes over its seat after hearing of the acceptance.
    await sleep(100);
    return (await to.rooms.seatOf(receiver.peer.sid)) as string;
  }

  /** Everything since the last call. */
  const news = ({ heard }: Visitor): string[] =>
    heard.splice(0).map((event) => `${event.type.replace('signaling.', '')} ${'sid' in event ? event.sid : ''}`.trim());

  it('makes its peers leave their rooms and the lobby once each, and the call continue among the others', async () => {
    const [one, two, three] = nodes;
    const [a, b, c] = [await one.enter('A'), await two.enter('B'), await three.enter('C')];
    const room = await call(one, a, two, b);
    await call(one, a, three, c);
    for (const visitor of [b, c]) news(visitor);
    one.die();
    await Promise.all([two.release(one), three.release(one)]);
    for (const visitor of [b, c]) {
      await eventually(() => visitor.heard.length >= 2);
      await sleep(50);
      // The room and the lobby are different channels, which a cluster keeps in no common order.
      expect(news(visitor).sort()).toEqual(['gone A', 'quit A']);
    }
    expect(await two.rooms.members(room)).toEqual(['B', 'C']);
    expect(await two.rooms.seatOf('A')).toBeUndefined();
    expect([...ledger.open]).toEqual([['call 1', new Set(['B', 'C'])]]);
    await three.rooms.leave(c.peer, 'all');
    expect(ledger.ends).toEqual([['call 1', 'completed', 'C']]);
  });

  it('ends a call with the last but one, and leaves the last in its seat, whichever node had seated it', async () => {
    const [one, two] = nodes;
    const [a, b] = [await one.enter('A'), await two.enter('B')];
    const room = await call(one, a, two, b);
    news(a);
    two.die();
    await one.release(two);
    await eventually(() => a.heard.length >= 2);
    expect(news(a).sort()).toEqual(['gone B', 'quit B']);
    expect(ledger.ends).toEqual([['call 1', 'failed', undefined]]);
    expect(await one.rooms.seatOf('A')).toBe(room);
    expect(await one.rooms.members(room)).toEqual(['A']);
    const c = await one.enter('C');
    expect(await call(one, a, one, c)).toBe(room);
    expect([...ledger.open.keys()]).toEqual([expect.not.stringMatching(/^call 1$/)]);
  });

  it('keeps a call recorded by a node none of whose peers are in it any more', async () => {
    const [one, two, three] = nodes;
    const [a, b, c] = [await one.enter('A'), await two.enter('B'), await three.enter('C')];
    await call(one, a, two, b);
    await call(one, a, three, c);
    await two.rooms.leave(b.peer, 'all');
    two.die();
    await one.release(two);
    const d = await three.enter('D');
    await call(one, a, three, d);
    expect([...ledger.open]).toEqual([['call 1', new Set(['A', 'C', 'D'])]]);
    for (const visitor of [c, d]) await three.signaling.leave(visitor.peer);
    expect(ledger.ends.at(-1)).toEqual(['call 1', 'completed', 'D']);
  });

  it('ends invitations sent from it: they stop ringing and cannot be accepted any more', async () => {
    const [one, two] = nodes;
    const [a, b] = [await one.enter('A'), await two.enter('B')];
    await one.invitations.send(a.peer, 'B');
    await eventually(() => b.heard.length > 0);
    news(b);
    one.die();
    await two.release(one);
    await eventually(() => b.heard.length > 0);
    await two.signaling.accept(b.peer, { sender: 'A', receiver: 'B' });
    await sleep(50);
    expect(news(b)).toEqual(['gone A']);
    expect(ledger.ends).toEqual([['call 1', 'failed', undefined]]);
    expect(await two.rooms.seatOf('B')).toBeUndefined();
  });

  it('lists nobody who is gone', async () => {
    const [one, two] = nodes;
    const [, b] = [await one.enter('A'), await two.enter('B')];
    const listed = async (): Promise<string> => {
      await two.lobby.tell(b.peer);
      return (b.heard.at(-1) as { text: string }).text;
    };
    expect(await listed()).toContain('A');
    one.die();
    await two.release(one);
    expect(await listed()).toBe('"[]"');
  });
});
