import { Retries } from '../../src/modules/realtime/resilience/retries.js';
import { RevocationList } from '../../src/modules/realtime/access/revocation-list.js';
import { RevocationSelectors } from '../../src/modules/realtime/access/revocation-selectors.js';
import { SystemClock } from '../../src/common/time/clock.js';
import { SystemMonotonicClock } from '../../src/common/time/monotonic-clock.js';
import { SystemTimers } from '../../src/common/time/timers.js';
import { Service } from '../../src/entities/services/service.entity.js';
import { AttemptThrottle } from '../../src/modules/realtime/access/attempt-throttle.js';
import { type Envelope } from '../../src/modules/realtime/ports/broker.js';
import { type Channel } from '../../src/modules/realtime/channel.js';
import { type Frame } from '../../src/modules/realtime/connection.js';
import { type HubEvent } from '../../src/modules/realtime/hub-event.js';
import { ClusterQuery } from '../../src/modules/realtime/fan-out/cluster-query.js';
import { type DisconnectReason } from '../../src/modules/realtime/disconnect-reason.js';
import { type LifeTime } from '../../src/modules/realtime/ports/ephemeral-store.js';
import { Hub } from '../../src/modules/realtime/fan-out/hub.js';
import { InProcessBroker } from '../../src/modules/realtime/in-process/in-process.broker.js';
import { InProcessEphemeralStore } from '../../src/modules/realtime/in-process/in-process.ephemeral-store.js';
import { InProcessPresence } from '../../src/modules/realtime/in-process/in-process.presence.js';
import { NodeIdentity } from '../../src/modules/realtime/node-identity.js';
import { type PresenceMember } from '../../src/modules/realtime/ports/presence.js';
import { type PresenceSet } from '../../src/modules/realtime/ports/presence-set.js';
import { storeKey, type StoreKey } from '../../src/modules/realtime/ports/store-key.js';
import { GuestPlaces } from '../../src/modules/services/sessions/guest-places.service.js';
import { HostGrace } from '../../src/modules/services/sessions/host-grace.service.js';
import { PublicCodes } from '../../src/modules/services/directory/public-codes.service.js';
import { ServiceAdmin } from '../../src/modules/services/admin/service-admin.service.js';
import { ServiceAdmission } from '../../src/modules/services/admission/service-admission.service.js';
import { type ServiceConnection, type ServicePrincipal } from '../../src/modules/services/service-connection.js';
import { ServiceCredentials } from '../../src/modules/services/admission/service-credentials.service.js';
import { ServiceDirectory, settingsOf } from '../../src/modules/services/directory/service-directory.service.js';
import { ServiceHosts } from '../../src/modules/services/sessions/service-hosts.service.js';
import { ServicePeers } from '../../src/modules/services/sessions/service-peers.service.js';
import { ServiceSessions } from '../../src/modules/services/sessions/service-sessions.service.js';
import { type ServicesEvent, type ServiceSettings } from '../../src/modules/services/services.events.js';
import { type ServiceChange, ServicesRepository } from '../../src/modules/services/directory/services.repository.js';
import { noAudit } from './no-audit.js';

/** Delays every port for as long as it likes, as a network between nodes does. */
export type Pause = () => Promise<void>;

class SlowStore extends InProcessEphemeralStore {
  constructor(private readonly pause: Pause) {
    super(new SystemMonotonicClock());
  }

  /** Keys that currently hold something. */
  async held(prefix: string): Promise<string[]> {
    const { entries } = this as unknown as { entries: Map<string, unknown> };
    const live: string[] = [];
    for (const key of [...entries.keys()])
      if (key.startsWith(prefix) && (await super.get(storeKey(key))) !== undefined) live.push(key);
    return live;
  }

  override async get<T>(key: StoreKey<T>): Promise<T | undefined> {
    await this.pause();
    const value = await super.get(key);
    await this.pause();
    return value;
  }

  override async claim<T>(key: StoreKey<T>, value: NoInfer<T>, life?: LifeTime): Promise<boolean> {
    await this.pause();
    const done = await super.claim(key, value, life);
    await this.pause();
    return done;
  }

  override async swap<T>(key: StoreKey<T>, value: NoInfer<T>, life?: LifeTime): Promise<T | undefined> {
    await this.pause();
    const before = await super.swap(key, value, life);
    await this.pause();
    return before;
  }

  override async replace<T>(key: StoreKey<T>, from: NoInfer<T>, to: NoInfer<T>, life?: LifeTime): Promise<boolean> {
    await this.pause();
    const done = await super.replace(key, from, to, life);
    await this.pause();
    return done;
  }

  override async take<T>(key: StoreKey<T>): Promise<T | undefined> {
    await this.pause();
    const value = await super.take(key);
    await this.pause();
    return value;
  }

  override async release<T>(key: StoreKey<T>, value: NoInfer<T>): Promise<boolean> {
    await this.pause();
    const done = await super.release(key, value);
    await this.pause();
    return done;
  }

  override async increment(
    key: StoreKey<number>,
    by: number,
    options?: LifeTime & { limit?: number },
  ): Promise<number | undefined> {
    await this.pause();
    const sum = await super.increment(key, by, options);
    await this.pause();
    return sum;
  }
}

class SlowPresence extends InProcessPresence {
  constructor(private readonly pause: Pause) {
    super();
  }

  override async enter<T>(set: PresenceSet<T>, member: PresenceMember<NoInfer<T>>): Promise<boolean> {
    await this.pause();
    const done = await super.enter(set, member);
    await this.pause();
    return done;
  }

  override async update<T>(set: PresenceSet<T>, member: PresenceMember<NoInfer<T>>): Promise<boolean> {
    await this.pause();
    return super.update(set, member);
  }

  override async leave<T>(set: PresenceSet<T>, id: string): Promise<PresenceMember<T> | undefined> {
    await this.pause();
    const member = await super.leave(set, id);
    await this.pause();
    return member;
  }

  override async list<T>(set: PresenceSet<T>): Promise<PresenceMember<T>[]> {
    await this.pause();
    const members = await super.list(set);
    await this.pause();
    return members;
  }
}

/** Delivers what is published with a delay, in order. */
class SlowBroker extends InProcessBroker {
  private queue: Promise<void> = Promise.resolve();
  private queued = 0;

  constructor(private readonly pause: Pause) {
    super();
  }

  /** Number of envelopes in transit. */
  get pending(): number {
    return this.queued;
  }

  override publish(channel: Channel, envelope: Envelope): void {
    this.queued++;
    this.queue = this.queue.then(this.pause).then(() => {
      super.publish(channel, envelope);
      this.queued--;
    });
  }
}

/** Keeps rows in memory. */
export class FakeRepository extends ServicesRepository {
  readonly rows = new Map<number, Service>();

  constructor(
    private readonly pause: Pause,
    private readonly lookUp: Pause,
  ) {
    super(undefined as never);
  }

  override async findByTokens(): Promise<Map<string, ServiceSettings>> {
    await this.lookUp();
    const all = [...this.rows.values()].map(settingsOf);
    await this.pause();
    return new Map(
      all.flatMap(
        (each) =>
          [
            [each.hostDigest, each],
            [each.clientDigest, each],
          ] as const,
      ),
    );
  }

  override find(id: number): Promise<Service | undefined> {
    return Promise.resolve(this.rows.get(id));
  }

  make(service: object): Service {
    const id = this.rows.size + 1;
    const defaults = {
      allowPublicCode: false,
      allowMultipleHosts: false,
      targeting: true,
      hostGraceSeconds: 0,
      guestLimit: null,
      codeTtlSeconds: null,
      codeLength: 4,
    };
    const row = Object.assign(new Service(), { ...defaults, ...service, id, version: 1 });
    this.rows.set(id, row);
    return row;
  }

  override async change(id: number, change: ServiceChange): Promise<Service | undefined> {
    await this.pause();
    const row = this.rows.get(id);
    if (!row) return undefined;
    const next = Object.assign(new Service(), row, change, { version: row.version + 1 });
    this.rows.set(id, next);
    await this.pause();
    return next;
  }
}

class EventFrame implements Frame {
  readonly length = 1;
  constructor(readonly event: ServicesEvent) {}
}

const encoder = { encode: (event: HubEvent): Frame => new EventFrame(event as ServicesEvent) };
let connections = 0;

/** A socket as the transport keeps it: handlers run one at a time, and its end comes after them. */
export class FakeConnection implements ServiceConnection {
  readonly id: string;
  readonly protocol = 'services';
  readonly encoder = encoder;
  readonly address = '192.0.2.1';
  principal: ServicePrincipal | null = null;
  subscriptions: Set<Channel> | null = null;
  closed = false;
  /** What its client has received. */
  readonly received: ServicesEvent[] = [];
  private work: Promise<void> = Promise.resolve();

  constructor(
    private readonly domain: Pick<ServicesDomain, 'hub' | 'admission' | 'busy'>,
    node = 'node',
  ) {
    this.id = `${node}-${++connections}`;
  }

  admit(principal: ServicePrincipal): void {
    this.principal = principal;
  }

  send(frame: Frame): void {
    if (!this.closed) this.received.push((frame as EventFrame).event);
  }

  close(_reason?: DisconnectReason): void {
    if (this.closed) return;
    this.closed = true;
    this.work = this.work.then(async () => {
      this.domain.hub.detach(this);
      await this.domain.admission.leave(this);
    });
  }

  signal(): void {
    // Settings are handled by the gateway.
  }

  login(token: string): void {
    this.work = this.work.then(async () => {
      if (this.closed) return;
      try {
        await this.domain.admission.login(this, token, undefined);
      } catch {
        this.close();
      }
    });
  }

  /** Waits until there is nothing left to do. */
  async settled(): Promise<void> {
    let before: Promise<void>;
    do {
      before = this.work;
      await before;
      while (this.domain.busy) await new Promise((resolve) => setImmediate(resolve));
    } while (before !== this.work);
  }
}

/** The services domain without sockets and database, on ports that are as slow as `pause`. */
export class ServicesDomain {
  readonly store: SlowStore;
  readonly presence: SlowPresence;
  readonly hub: Hub;
  private readonly broker: InProcessBroker;
  readonly admission: ServiceAdmission;
  readonly admin: ServiceAdmin;
  readonly hosts: ServiceHosts;
  readonly grace: HostGrace;
  /** Set while this node is closing its connections or shutting down. */
  readonly lifecycle = { sendsAway: false, isGoing: false };
  readonly peers: ServicePeers;
  readonly sessions: ServiceSessions;

  /**
   * @param pause `undefined` for ports without delay
   * @param lookUp how long the database takes for a token, if that differs
   */
  constructor(pause?: Pause, lookUp?: Pause) {
    const clock = new SystemClock();
    const wait = pause ?? (() => Promise.resolve());
    this.store = new SlowStore(wait);
    this.presence = new SlowPresence(wait);
    this.broker = pause ? new SlowBroker(pause) : new InProcessBroker();
    this.hub = new Hub(this.broker);
    const repository = new FakeRepository(wait, lookUp ?? wait);
    const codes = new PublicCodes(this.store, new RevocationSelectors(Buffer.alloc(32)));
    const cluster = new ClusterQuery(this.hub, new NodeIdentity());
    const directory = new ServiceDirectory(this.store, this.hub, cluster, repository);
    const peers = (this.peers = new ServicePeers(this.presence, this.hub));
    const sessions = (this.sessions = new ServiceSessions(this.store, this.presence, this.hub, peers, codes));
    this.grace = new HostGrace(this.store, clock, new SystemTimers(), sessions, this.lifecycle, cluster);
    this.hosts = new ServiceHosts(this.store, this.hub, clock, directory, peers, codes, sessions, this.grace);
    const throttle = new AttemptThrottle(this.store, new SystemMonotonicClock());
    const credentials = new ServiceCredentials(repository, throttle, directory, codes, new RevocationList(), clock);
    this.admission = new ServiceAdmission(
      credentials,
      new GuestPlaces(this.store),
      this.hub,
      directory,
      peers,
      codes,
      this.hosts,
    );
    this.admin = new ServiceAdmin(repository, noAudit(repository), directory, sessions, peers, this.hub, new Retries());
  }

  /** Whether something published is still in transit. */
  get busy(): boolean {
    return this.broker instanceof SlowBroker && this.broker.pending > 0;
  }
}
