import { SystemClock } from '../../src/common/time/clock.js';
import { SystemMonotonicClock } from '../../src/common/time/monotonic-clock.js';
import { SystemTimers } from '../../src/common/time/timers.js';
import { AttemptThrottle } from '../../src/modules/realtime/access/attempt-throttle.js';
import { ClusterQuery } from '../../src/modules/realtime/fan-out/cluster-query.js';
import { Hub } from '../../src/modules/realtime/fan-out/hub.js';
import { Retries } from '../../src/modules/realtime/resilience/retries.js';
import { RevocationList } from '../../src/modules/realtime/access/revocation-list.js';
import { RevocationSelectors } from '../../src/modules/realtime/access/revocation-selectors.js';
import { GuestPlaces } from '../../src/modules/services/sessions/guest-places.service.js';
import { HostGrace } from '../../src/modules/services/sessions/host-grace.service.js';
import { PublicCodes } from '../../src/modules/services/directory/public-codes.service.js';
import { ServiceAdmin } from '../../src/modules/services/admin/service-admin.service.js';
import { ServiceAdmission } from '../../src/modules/services/admission/service-admission.service.js';
import { ServiceCredentials } from '../../src/modules/services/admission/service-credentials.service.js';
import { ServiceDirectory } from '../../src/modules/services/directory/service-directory.service.js';
import { ServiceHosts } from '../../src/modules/services/sessions/service-hosts.service.js';
import { ServiceLosses } from '../../src/modules/services/sessions/service-losses.service.js';
import { ServicePeers } from '../../src/modules/services/sessions/service-peers.service.js';
import { ServiceSessions } from '../../src/modules/services/sessions/service-sessions.service.js';
import { type RedisTestNode } from '../realtime/node.js';
import { FakeConnection, type FakeRepository } from './services-domain.js';
import { noAudit } from './no-audit.js';

/** The services domain of one of several nodes, on real ports. */
export class ServicesNode {
  readonly hub: Hub;
  readonly cluster: ClusterQuery;
  readonly admission: ServiceAdmission;
  readonly admin: ServiceAdmin;
  readonly peers: ServicePeers;
  readonly sessions: ServiceSessions;
  readonly losses: ServiceLosses;
  readonly busy = false;
  /** Set while this node is closing its connections or shutting down. */
  readonly lifecycle = { sendsAway: false, isGoing: false };
  private readonly connections: FakeConnection[] = [];
  private readonly grace: HostGrace;

  constructor(
    readonly ports: RedisTestNode,
    repository: FakeRepository,
  ) {
    const { store, presence, broker, identity } = ports;
    const clock = new SystemClock();
    this.hub = new Hub(broker);
    const { hub } = this;
    const cluster = (this.cluster = new ClusterQuery(hub, identity));
    const codes = new PublicCodes(store, new RevocationSelectors(Buffer.alloc(32)));
    const directory = new ServiceDirectory(store, hub, cluster, repository);
    const peers = (this.peers = new ServicePeers(presence, hub));
    const sessions = (this.sessions = new ServiceSessions(store, presence, hub, peers, codes));
    const grace = (this.grace = new HostGrace(store, clock, new SystemTimers(), sessions, this.lifecycle, cluster));
    const hosts = new ServiceHosts(store, hub, clock, directory, peers, codes, sessions, grace);
    const places = new GuestPlaces(store);
    const throttle = new AttemptThrottle(store, new SystemMonotonicClock());
    const credentials = new ServiceCredentials(repository, throttle, directory, codes, new RevocationList(), clock);
    this.admission = new ServiceAdmission(credentials, places, hub, directory, peers, codes, hosts);
    this.admin = new ServiceAdmin(repository, noAudit(repository), directory, sessions, peers, hub, new Retries());
    this.losses = new ServiceLosses(presence, cluster, identity, directory, peers, places, sessions, grace);
  }

  /** Starts answering other nodes; `others` are those it knows to be alive. */
  async join(...others: readonly ServicesNode[]): Promise<void> {
    await this.cluster.onModuleInit();
    this.cluster.setPeers(new Set(others.map(({ ports }) => ports.identity.name)));
  }

  /** A logged-in connection. */
  async login(token: string): Promise<FakeConnection> {
    const connection = new FakeConnection(this, this.ports.identity.name);
    this.connections.push(connection);
    connection.login(token);
    await connection.settled();
    return connection;
  }

  /** Waits until all ends in progress have been handled. */
  async settled(): Promise<void> {
    await Promise.all(this.connections.map((connection) => connection.settled()));
  }

  async close(): Promise<void> {
    this.grace.onModuleDestroy();
    await this.ports.close();
  }
}
