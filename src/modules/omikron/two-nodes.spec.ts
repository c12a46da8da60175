import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import { type JsonObjectText, JsonScanner } from '../../common/json/json-object-text.js';
import { type Clock, SystemClock } from '../../common/time/clock.js';
import { type AppConfig } from '../../config/app-config.js';
import { KeyRing } from '../../config/key-ring.js';
import { type CallLedger } from '../calls/call-ledger.service.js';
import { AttemptThrottle } from '../realtime/attempt-throttle.js';
import { Broker, type Envelope, type EnvelopeHandler } from '../realtime/broker.js';
import { type Channel } from '../realtime/channel.js';
import { type Connection, type HubEvent } from '../realtime/connection.js';
import { type DisconnectReason } from '../realtime/disconnect-reason.js';
import { Hub } from '../realtime/hub.js';
import { InProcessEphemeralStore } from '../realtime/in-process.ephemeral-store.js';
import { InProcessPresence } from '../realtime/in-process.presence.js';
import { CallAdmission } from './call-admission.service.js';
import { Calls } from './calls.service.js';
import { ClientAdmission } from './client-admission.service.js';
import { ClientIdentity } from './client-identity.service.js';
import { IotaAdmission } from './iota-admission.service.js';
import { IotaSessions } from './iota-sessions.service.js';
import { KeyHashes } from './key-hashes.service.js';
import { type NodeAddress } from './node-address.service.js';
import {
  type CallerPrincipal,
  type ClientPrincipal,
  type IotaPrincipal,
  type OmikronConnection,
  type OmikronPrincipal,
} from './omikron-connection.js';
import { OmikronRefusal } from './omikron-refusal.js';
import { OmikronRelay } from './omikron-relay.service.js';
import { type OmikronEvent } from './omikron.events.js';
import { type OmikronRepository } from './omikron.repository.js';
import { PingBook } from './ping-book.service.js';
import { StoreLocks } from './store-locks.service.js';
import { UserStates } from './user-states.service.js';

/** Carries envelopes to all nodes, later and in order, as a bus does. */
class Bus {
  private readonly handlers: EnvelopeHandler[] = [];

  broker(): Broker {
    const { handlers } = this;
    return new (class extends Broker {
      bind(handler: EnvelopeHandler): void {
        handlers.push(handler);
      }
      subscribe(): void {
        // Every node hears everything.
      }
      unsubscribe(): void {
        // Likewise.
      }
      publish(channel: Channel, envelope: Envelope): void {
        setImmediate(() => {
          for (const handler of handlers) handler(channel, envelope);
        });
      }
    })();
  }
}

let connections = 0;

/** A socket that keeps what it is sent. */
class FakeConnection implements OmikronConnection {
  readonly id = `c${++connections}`;
  readonly protocol = 'omikron';
  readonly address = '192.0.2.1';
  readonly events: OmikronEvent[] = [];
  readonly encoder = { encode: (event: HubEvent) => ({ length: 1, event }) };
  principal: OmikronPrincipal | null = null;
  subscriptions: Connection['subscriptions'] = null;
  reason: DisconnectReason | null = null;

  get closed(): boolean {
    return this.reason !== null;
  }
  admit(principal: OmikronPrincipal): void {
    this.principal = principal;
  }
  send(frame: { length: number }): void {
    if (!this.closed) this.events.push((frame as unknown as { event: OmikronEvent }).event);
  }
  close(reason: DisconnectReason): void {
    this.reason ??= reason;
  }
  signal(): void {
    // Not of interest here.
  }
  get types(): string[] {
    return this.events.map(({ type }) => type.replace('omikron.', ''));
  }
  get texts(): unknown[] {
    return this.events.flatMap((event) =>
      event.type === 'omikron.relayed' ? [JSON.parse(event.text.toString() + event.tail) as unknown] : [],
    );
  }
}

const scanner = new JsonScanner(['id', 'type', 'log', 'sender_id', 'sender', 'receiver_id', 'receiver', 'data']);
const message = (value: object): JsonObjectText => {
  const scanned = scanner.scan(Buffer.from(JSON.stringify(value)));
  if (scanned === null) throw new Error('no message');
  return scanned;
};
const identification = (data: object): JsonObjectText => message({ id: 'X', type: 'identification', data });
/** Longer than everything takes to arrive. */
const settle = async (): Promise<void> => {
  for (let i = 0; i < 20; i++) await new Promise((resolve) => setImmediate(resolve));
};

const IOTA = randomUUID();
const ANN = randomUUID();
const BOB = randomUUID();
const HASH = 'ab'.repeat(32);
const hashes = new KeyHashes(new KeyRing('a secret key of at least 32 bytes'));

const repository = {
  findEntry: (iota: string, users: readonly string[]) =>
    Promise.resolve(iota === IOTA ? { name: 'Home', tokenDigest: Buffer.alloc(32), users } : undefined),
  findProfile: (userId: string) => Promise.resolve({ userId, iotaId: IOTA, keyDigest: hashes.digest(HASH) }),
  knownUsers: (users: readonly string[]) => Promise.resolve(new Set(users)),
} as unknown as OmikronRepository;

const ledger = {
  newCall: () => ({ key: 'k', protocol: 'omikron' }),
  joined: () => undefined,
  answered: () => undefined,
  left: () => undefined,
  changed: () => undefined,
  ended: () => undefined,
} as unknown as CallLedger;

const clock: Clock = new SystemClock();

/** The services of one node; what is shared comes from outside. */
function node(bus: Bus, store: InProcessEphemeralStore, presence: InProcessPresence, host: string) {
  const hub = new Hub(bus.broker());
  const locks = new StoreLocks(store, clock);
  const throttle = new AttemptThrottle(store, clock);
  const sessions = new IotaSessions(store, locks, { host } as NodeAddress);
  const states = new UserStates(presence, sessions, repository, hub, clock);
  const pings = new PingBook(presence, store, clock);
  const identity = new ClientIdentity(repository, hashes, throttle, sessions);
  const calls = new Calls(presence, hub, locks, ledger);
  const config = { omikron: { iotaAccess: 'open' } } as AppConfig;
  return {
    hub,
    sessions,
    pings,
    states,
    calls,
    relay: new OmikronRelay(hub, sessions),
    iotas: new IotaAdmission(config, repository, throttle, sessions, states, hub),
    clients: new ClientAdmission(identity, sessions, pings, states, hub),
    callers: new CallAdmission(identity, hashes, calls, states, sessions, throttle, hub),
  };
}

describe('an Iota and its clients on different nodes', () => {
  let one: ReturnType<typeof node>;
  let two: ReturnType<typeof node>;

  beforeEach(() => {
    const bus = new Bus();
    const store = new InProcessEphemeralStore(clock);
    const presence = new InProcessPresence();
    one = node(bus, store, presence, 'one');
    two = node(bus, store, presence, 'two');
  });

  async function iotaOn(where: typeof one): Promise<{ socket: FakeConnection; iota: IotaPrincipal }> {
    const socket = new FakeConnection();
    await where.iotas.identify(socket, identification({ iota_id: IOTA, user_ids: `${ANN},${BOB}` }), null);
    await settle();
    return { socket, iota: socket.principal as IotaPrincipal };
  }

  async function clientOn(
    where: typeof one,
    user: string,
  ): Promise<{ socket: FakeConnection; client: ClientPrincipal }> {
    const socket = new FakeConnection();
    await where.clients.identify(socket, identification({ user_id: user, private_key_hash: HASH }));
    await settle();
    return { socket, client: socket.principal as ClientPrincipal };
  }

  it('reach each other both ways, and nobody else', async () => {
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
    expect(await two.pings.ofClient(client, ping(17))).toBe('-1');
    expect(await one.pings.ofIota(iota, ping(42))).toEqual([[ANN, '17']]);
    expect(await two.pings.ofClient(client, message({ type: 'ping' }))).toBe('42');
    expect(await one.states.of(ANN)).toBe('online');
    expect(await one.states.of(BOB)).toBe('user_offline');
  });

  it('are parted when the Iota goes or comes anew on another node', async () => {
    const { socket: old } = await iotaOn(one);
    const { socket: a, client } = await clientOn(two, ANN);
    const { socket: i, iota } = await iotaOn(two);
    expect(old.reason?.code).toBe(1008);
    expect(a.reason?.code).toBe(1012);
    expect(i.closed).toBe(false);
    // The old socket ends after the new one has come: nothing of the new one goes with it.
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

  it('end with one Iota, whichever of many comes last', async () => {
    const sockets = await Promise.all(Array.from({ length: 10 }, (_, n) => iotaOn(n % 2 === 0 ? one : two)));
    await settle();
    const open = sockets.filter(({ socket }) => !socket.closed);
    expect(open).toHaveLength(1);
    for (const { socket, iota } of sockets) if (socket.closed) await one.iotas.leave(iota);
    expect((await one.sessions.find(BOB))?.session).toBe(open[0]?.iota.session);
    const { socket: a } = await clientOn(two, ANN);
    expect(a.closed).toBe(false);
  });

  it('meet in calls, each seeing the other exactly once, however they come', async () => {
    await iotaOn(one);
    const call = randomUUID();
    const [a, b] = [new FakeConnection(), new FakeConnection()];
    const join = (where: typeof one, socket: FakeConnection, user: string) =>
      where.callers.identify(socket, identification({ call_id: call, user_id: user, private_key_hash: HASH }));
    await Promise.all([join(one, a, ANN), join(two, b, BOB)]);
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
});
