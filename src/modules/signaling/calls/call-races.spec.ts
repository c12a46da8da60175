import { setImmediate as nextTurn } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { SystemClock } from '../../../common/time/clock.js';
import { SystemMonotonicClock } from '../../../common/time/monotonic-clock.js';
import { SystemTimers } from '../../../common/time/timers.js';
import { type CallOutcome, type CallParty, type CallRef } from '../../calls/call-changes.js';
import { type CallLedger } from '../../calls/call-ledger.service.js';
import { type HubEvent } from '../../realtime/hub-event.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { InProcessBroker } from '../../realtime/in-process/in-process.broker.js';
import { InProcessEphemeralStore } from '../../realtime/in-process/in-process.ephemeral-store.js';
import { InProcessPresence } from '../../realtime/in-process/in-process.presence.js';
import { CallRooms } from './call-rooms.service.js';
import { Invitations } from './invitations.service.js';
import { PushShares } from '../../realtime/access/push-shares.js';
import { Lobby } from '../lobby/lobby.service.js';
import { type PeerSignal, type SignalingEvent } from '../signaling.events.js';
import { newPeer, type Peer, type SignalingConnection } from '../signaling-peer.js';

/** Yields the same numbers in every run. */
function numbersFrom(seed: number): () => number {
  return () => {
    seed = (Math.imul(seed, 1_664_525) + 1_013_904_223) >>> 0;
    return seed / 2 ** 32;
  };
}

/** Behaves like a remote store: each operation takes a while, and takes effect somewhere in between. */
function remote<T extends object>(port: T, random: () => number): T {
  const pause = async (): Promise<void> => {
    for (let turns = Math.floor(random() * 4); turns > 0; turns--) await nextTurn();
  };
  return new Proxy(port, {
    get: (target, name) => {
      const method = Reflect.get(target, name) as (...args: unknown[]) => Promise<unknown>;
      return async (...args: unknown[]): Promise<unknown> => {
        await pause();
        const result = await method.apply(target, args);
        await pause();
        return result;
      };
    },
  });
}

/** The calls in progress, according to the ledger. */
class FakeLedger {
  private calls = 0;
  readonly open = new Map<string, Set<string>>();
  newCall = (): CallRef => ({ key: `call ${++this.calls}`, protocol: 'signaling' });
  rang = ({ key }: CallRef): void => void this.open.set(key, this.open.get(key) ?? new Set());
  answered = ({ key }: CallRef): void => void this.open.set(key, this.open.get(key) ?? new Set());
  joined = ({ key }: CallRef, { sid }: CallParty): void => void this.open.get(key)?.add(sid);
  joinedElsewhere = this.joined;
  left = ({ key }: CallRef, sid: string): void => void this.open.get(key)?.delete(sid);
  changed = (): void => undefined;
  ended = ({ key }: CallRef, _outcome: CallOutcome): void => void this.open.delete(key);
}

class World {
  readonly hub = new Hub(new InProcessBroker());
  readonly store = new InProcessEphemeralStore(new SystemMonotonicClock());
  readonly presence = new InProcessPresence();
  readonly ledger = new FakeLedger();
  readonly rooms: CallRooms;
  readonly invitations: Invitations;
  readonly peers: Peer[] = [];
  /** Every room that ever existed. */
  readonly seen = new Set<string>();
  /** What peers were told, by type. */
  readonly told: string[] = [];
  private readonly lobby: Lobby;
  private readonly background: Promise<void>[] = [];

  constructor(random: () => number) {
    const [store, presence] = [remote(this.store, random), remote(this.presence, random)];
    const clock = new SystemClock();
    this.lobby = new Lobby(
      presence,
      store,
      this.hub,
      new SystemMonotonicClock(),
      new PushShares(new SystemMonotonicClock()),
    );
    const ledger = this.ledger as unknown as CallLedger;
    this.rooms = new CallRooms(store, presence, ledger, this.lobby, clock);
    this.invitations = new Invitations(
      store,
      presence,
      this.hub,
      this.lobby,
      this.rooms,
      ledger,
      clock,
      new SystemTimers(),
    );
  }

  async enter(id: string): Promise<Peer> {
    const connection = {
      id,
      protocol: 'signaling',
      encoder: { encode: (event: HubEvent) => this.see(event as SignalingEvent) },
      principal: null,
      subscriptions: null,
      closed: false,
      send: () => undefined,
      close: () => undefined,
      signal: (event: HubEvent) => this.background.push(this.invitations.answered(peer, event as PeerSignal)),
      admit: () => undefined,
    } as unknown as SignalingConnection;
    const peer = newPeer(connection, null, 0);
    await this.lobby.enter(peer);
    this.peers.push(peer);
    return peer;
  }

  /** As `Signaling.leave` does. */
  async disconnect(peer: Peer): Promise<void> {
    peer.gone = true;
    this.lobby.silence(peer);
    await this.lobby.remove(peer);
    await this.rooms.leave(peer, 'others');
    await this.invitations.abandon(peer);
  }

  async settled(): Promise<void> {
    while (this.background.length > 0) await Promise.all(this.background.splice(0));
  }

  /** Rooms with their members, once everything is over. */
  async seating(): Promise<[room: string, members: string[]][]> {
    const rooms = await Promise.all(
      [...this.seen].map(async (room): Promise<[string, string[]]> => [room, await this.rooms.members(room)]),
    );
    return rooms.filter(([, members]) => members.length > 0);
  }

  private see(event: SignalingEvent): null {
    if (event.type === 'signaling.grown') this.seen.add(event.room);
    this.told.push(event.type);
    return null;
  }
}

describe('racing calls, with a slow store', () => {
  let world: World;
  afterEach(() => {
    for (const { pending } of world.peers) for (const { stop } of pending.values()) stop();
  });

  const invited = (sender: Peer, receiver: Peer) => ({ sender: sender.sid, receiver: receiver.sid });

  it.each(Array.from({ length: 60 }, (_, seed) => seed))('leave no ghost and no second seat (%i)', async (seed) => {
    const random = numbersFrom(seed);
    world = new World(random);
    const [a, b, c, d] = (await Promise.all(['a', 'b', 'c', 'd'].map((id) => world.enter(id)))) as [
      Peer,
      Peer,
      Peer,
      Peer,
    ];
    const { invitations, rooms } = world;
    for (const [sender, receiver] of [
      [a, b],
      [b, c],
      [c, a],
      [d, a],
      [a, b],
      [b, a],
    ] as const) {
      await invitations.send(sender, receiver.sid);
    }
    // The messages of one peer come one by one, those of different peers at the same time.
    const scripts: (() => Promise<void>)[][] = [
      [
        () => invitations.accept(a, invited(c, a)),
        () => invitations.accept(a, invited(d, a)),
        () => rooms.leave(a, 'all'),
      ],
      [() => invitations.accept(b, invited(a, b)), () => invitations.decline(b, invited(a, b))],
      [() => invitations.accept(c, invited(b, c)), () => (random() < 0.5 ? rooms.leave(c, 'all') : Promise.resolve())],
      [() => (random() < 0.7 ? world.disconnect(d) : Promise.resolve())],
    ];
    if (random() < 0.5) scripts[2]?.push(() => world.disconnect(c));
    if (random() < 0.5) scripts[1]?.push(() => world.disconnect(b));
    await Promise.all(
      scripts.map(async (script) => {
        for (let turns = Math.floor(random() * 25); turns > 0; turns--) await nextTurn();
        for (const step of script) await step();
      }),
    );
    await world.settled();
    const seating = await world.seating();
    const seated = seating.flatMap(([, members]) => members);
    expect(new Set(seated).size).toBe(seated.length);
    const gone = world.peers.filter((peer) => peer.gone).map(({ sid }) => sid);
    expect(seated.filter((sid) => gone.includes(sid))).toEqual([]);
    for (const { sid } of world.peers) {
      const room = await rooms.seatOf(sid);
      expect(seating.find(([, members]) => members.includes(sid))?.[0]).toBe(room);
    }
  });

  it.each(Array.from({ length: 40 }, (_, seed) => seed))('have one outcome for each invitation (%i)', async (seed) => {
    world = new World(numbersFrom(seed + 2_000));
    const [a, b] = (await Promise.all(['a', 'b'].map((id) => world.enter(id)))) as [Peer, Peer];
    await world.invitations.send(a, 'b');
    const deciders = [
      () => world.invitations.accept(b, invited(a, b)),
      () => world.invitations.decline(b, invited(a, b)),
      () => world.invitations.decline(a, invited(a, b)),
    ];
    await Promise.all(deciders.map((decide) => decide()));
    await world.settled();
    const outcomes = world.told.filter((type) => type === 'signaling.accepted' || type === 'signaling.declined');
    expect(outcomes).toHaveLength(1);
    expect((await world.seating()).length).toBe(outcomes[0] === 'signaling.accepted' ? 1 : 0);
    expect(world.ledger.open.size).toBe(outcomes[0] === 'signaling.accepted' ? 1 : 0);
  });

  it.each(Array.from({ length: 300 }, (_, seed) => seed))(
    'leave no trace of a sender who disconnects (%i)',
    async (seed) => {
      const random = numbersFrom(seed + 3_000);
      world = new World(random);
      const [a, b] = (await Promise.all(['a', 'b'].map((id) => world.enter(id)))) as [Peer, Peer];
      await world.invitations.send(a, 'b');
      const accepted = world.invitations.accept(b, invited(a, b));
      for (let turns = Math.floor(random() * 40); turns > 0; turns--) await nextTurn();
      await Promise.all([accepted, world.disconnect(a)]);
      await world.settled();
      expect(await world.rooms.seatOf('a')).toBeUndefined();
      for (const room of world.seen) expect(await world.rooms.members(room)).not.toContain('a');
      await world.rooms.leave(b, 'all');
      expect(await world.seating()).toEqual([]);
      expect(world.ledger.open.size).toBe(0);
      expect(world.told.filter((type) => type === 'signaling.quit').length).toBeLessThanOrEqual(2);
    },
  );

  it.each(Array.from({ length: 30 }, (_, seed) => seed))(
    'end in the ledger once everybody has left (%i)',
    async (seed) => {
      world = new World(numbersFrom(seed + 1_000));
      const [a, b, c] = (await Promise.all(['a', 'b', 'c'].map((id) => world.enter(id)))) as [Peer, Peer, Peer];
      for (const [sender, receiver] of [
        [a, b],
        [b, a],
        [a, c],
        [c, b],
      ] as const) {
        await world.invitations.send(sender, receiver.sid);
      }
      await Promise.all([
        world.invitations.accept(b, invited(a, b)),
        world.invitations.accept(c, invited(a, c)),
        world.invitations.accept(a, invited(b, a)),
      ]);
      await world.settled();
      await Promise.all([a, b, c].map((peer) => world.disconnect(peer)));
      await world.settled();
      expect(await world.seating()).toEqual([]);
      expect([...world.ledger.open.entries()]).toEqual([]);
    },
  );
});
