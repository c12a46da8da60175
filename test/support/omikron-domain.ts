import { randomUUID } from 'node:crypto';
import { type Clock, SystemClock } from '../../src/common/time/clock.js';
import { SystemMonotonicClock } from '../../src/common/time/monotonic-clock.js';
import { SystemTimers } from '../../src/common/time/timers.js';
import { KeyRing } from '../../src/config/key-ring.js';
import { Envelope } from '../../src/gateways/omikron/omikron.messages.js';
import { type CallLedger } from '../../src/modules/calls/call-ledger.service.js';
import { CallRings } from '../../src/modules/omikron/calls/call-rings.service.js';
import { CallSecrets } from '../../src/modules/omikron/calls/call-secrets.service.js';
import { AttemptThrottle } from '../../src/modules/realtime/access/attempt-throttle.js';
import { type Broker } from '../../src/modules/realtime/ports/broker.js';
import { type Connection } from '../../src/modules/realtime/connection.js';
import { type HubEvent } from '../../src/modules/realtime/hub-event.js';
import { type DisconnectReason } from '../../src/modules/realtime/disconnect-reason.js';
import { type EphemeralStore } from '../../src/modules/realtime/ports/ephemeral-store.js';
import { Hub } from '../../src/modules/realtime/fan-out/hub.js';
import { type Presence } from '../../src/modules/realtime/ports/presence.js';
import { CallAdmission } from '../../src/modules/omikron/admission/call-admission.service.js';
import { CallGroups } from '../../src/modules/omikron/calls/call-groups.service.js';
import { ClientAdmission } from '../../src/modules/omikron/admission/client-admission.service.js';
import { ClientIdentity } from '../../src/modules/omikron/admission/client-identity.service.js';
import { IotaAdmission } from '../../src/modules/omikron/admission/iota-admission.service.js';
import { IotaDepartures } from '../../src/modules/omikron/admission/iota-departures.service.js';
import { IotaSessions } from '../../src/modules/omikron/sessions/iota-sessions.service.js';
import { KeyHashes } from '../../src/modules/omikron/key-hashes.service.js';
import { type OwnStatus } from '../../src/modules/nodes/status/own-status.service.js';
import { type OmikronConnection, type OmikronPrincipal } from '../../src/modules/omikron/omikron-connection.js';
import { OmikronRelay } from '../../src/modules/omikron/sessions/omikron-relay.service.js';
import { type OmikronEvent } from '../../src/modules/omikron/omikron.events.js';
import { type OmikronRepository } from '../../src/modules/omikron/omikron.repository.js';
import { PingBook } from '../../src/modules/omikron/states/ping-book.service.js';
import { Retries } from '../../src/modules/realtime/resilience/retries.js';
import { Leases } from '../../src/modules/realtime/resilience/leases.service.js';
import { UserStates } from '../../src/modules/omikron/states/user-states.service.js';

interface Ports {
  readonly broker: Broker;
  readonly store: EphemeralStore;
  readonly presence: Presence;
}

let connections = 0;

/** A socket that records what it is sent. */
export class FakeConnection implements OmikronConnection {
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
      event.type === 'omikron.relayed'
        ? [JSON.parse(event.text.toString() + (event.tail?.toString() ?? '')) as unknown]
        : [],
    );
  }
}

export const message = (value: object): Envelope => {
  const read = Envelope.read(Buffer.from(JSON.stringify(value)));
  if (read === null) throw new Error('an object is JSON');
  return read;
};
export const identification = (data: object): Envelope => message({ id: 'X', type: 'identification', data });
export const IOTA = randomUUID();
export const ANN = randomUUID();
export const BOB = randomUUID();
export const HASH = 'ab'.repeat(32);
const hashes = new KeyHashes(new KeyRing('a secret key of at least 32 bytes'));

const repository = {
  findEntry: (iota: string, users: readonly string[]) =>
    Promise.resolve(iota === IOTA ? { name: 'Home', tokenDigest: Buffer.alloc(32), users } : undefined),
  findProfile: (userId: string) => Promise.resolve({ userId, iotaId: IOTA, keyDigest: hashes.digest(HASH) }),
  knownUsers: (users: readonly string[]) => Promise.resolve(new Set(users)),
} as unknown as OmikronRepository;

/** Records what it is told, as text. */
function ledgerInto(told: string[]): CallLedger {
  const note =
    (what: string) =>
    (_call: unknown, ...more: unknown[]) => {
      told.push([what, ...more.filter((each) => typeof each === 'string')].join(' '));
    };
  return {
    newCall: () => ({ key: 'k', protocol: 'omikron' }),
    joined: () => undefined,
    joinedElsewhere: () => undefined,
    rang: () => undefined,
    answered: () => undefined,
    changed: () => undefined,
    left: note('left'),
    ended: note('ended'),
  } as unknown as CallLedger;
}

const clock: Clock = new SystemClock();

export type OmikronNode = ReturnType<typeof omikronNode>;

/** The Omikron's services on one node; shared state is passed in. */
export function omikronNode({ broker, store, presence }: Ports, host: string) {
  const hub = new Hub(broker);
  const told: string[] = [];
  const retries = new Retries();
  const leases = new Leases(store, new SystemMonotonicClock(), new SystemTimers());
  const throttle = new AttemptThrottle(store, new SystemMonotonicClock());
  const sessions = new IotaSessions(store, leases, { host } as OwnStatus);
  const states = new UserStates(presence, sessions, repository, hub, clock, retries);
  const pings = new PingBook(presence, store, hub, clock);
  const rings = new CallRings(store, presence, leases, hub, clock);
  const identity = new ClientIdentity(repository, hashes, throttle, sessions, hub);
  const calls = new CallGroups(presence, hub, leases, ledgerInto(told), retries, clock);
  const departures = new IotaDepartures(presence, sessions, states, hub, retries);
  return {
    hub,
    presence,
    sessions,
    pings,
    states,
    calls,
    /** The ends of calls that this node's ledger was told of. */
    told,
    relay: new OmikronRelay(hub, sessions),
    iotas: new IotaAdmission(repository, throttle, sessions, departures, states, pings, hub),
    clients: new ClientAdmission(identity, sessions, pings, states, rings, hub),
    callers: new CallAdmission(identity, hashes, calls, states, sessions, new CallSecrets(throttle), hub),
  };
}
