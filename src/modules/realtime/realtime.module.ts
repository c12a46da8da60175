import { type DynamicModule, Global, Module, type Provider } from '@nestjs/common';
import { Clock, SystemClock } from '../../common/time/clock.js';
import { MonotonicClock, SystemMonotonicClock } from '../../common/time/monotonic-clock.js';
import { SystemTimers, Timers } from '../../common/time/timers.js';
import { type RedisSection } from '../../config/app-config.js';
import { AttemptThrottle } from './access/attempt-throttle.js';
import { Broker } from './ports/broker.js';
import { BusHealth } from './ports/bus-health.js';
import { ClusterQuery } from './fan-out/cluster-query.js';
import { ConnectionDirectory } from './fan-out/connection-directory.js';
import { Deliveries } from './fan-out/deliveries.service.js';
import { EphemeralStore } from './ports/ephemeral-store.js';
import { Hub } from './fan-out/hub.js';
import { InProcessBroker } from './in-process/in-process.broker.js';
import { InProcessEphemeralStore } from './in-process/in-process.ephemeral-store.js';
import { InProcessPresence } from './in-process/in-process.presence.js';
import { InProcessRateLimiter } from './in-process/in-process.rate-limiter.js';
import { InProcessNodeBoard, NodeBoard } from './ports/node-board.js';
import { NodeIdentity } from './node-identity.js';
import { Pictures } from './fan-out/pictures.service.js';
import { Presence } from './ports/presence.js';
import { RateLimiter } from './ports/rate-limiter.js';
import { Leases } from './resilience/leases.service.js';
import { Reconciliation } from './resilience/reconciliation.js';
import { Retries } from './resilience/retries.js';
import { PushShares } from './access/push-shares.js';
import { RevocationList } from './access/revocation-list.js';

/** The ports of a single process, all in memory. */
const IN_PROCESS_PORTS: Provider[] = [
  { provide: Broker, useClass: InProcessBroker },
  { provide: Presence, useClass: InProcessPresence },
  {
    provide: EphemeralStore,
    useFactory: (clock: MonotonicClock) => new InProcessEphemeralStore(clock),
    inject: [MonotonicClock],
  },
  {
    provide: RateLimiter,
    useFactory: (clock: MonotonicClock) => new InProcessRateLimiter(clock),
    inject: [MonotonicClock],
  },
  { provide: NodeBoard, useClass: InProcessNodeBoard },
];

const SERVICES = [
  AttemptThrottle,
  BusHealth,
  ClusterQuery,
  Hub,
  ConnectionDirectory,
  Deliveries,
  Leases,
  NodeIdentity,
  Pictures,
  PushShares,
  Reconciliation,
  Retries,
  RevocationList,
];

/** The shared kernel: connections, channels, and the ports for everything that nodes share. */
@Global()
@Module({})
export class RealtimeModule {
  /** @param redis what the nodes share it in; `undefined` = one node */
  static async forRoot(redis?: RedisSection): Promise<DynamicModule> {
    return {
      module: RealtimeModule,
      providers: [
        { provide: Clock, useClass: SystemClock },
        { provide: MonotonicClock, useClass: SystemMonotonicClock },
        { provide: Timers, useClass: SystemTimers },
        ...(redis ? await loadRedisPorts(redis) : IN_PROCESS_PORTS),
        ...SERVICES,
      ],
      exports: [Clock, MonotonicClock, Timers, Broker, Presence, EphemeralStore, RateLimiter, NodeBoard, ...SERVICES],
    };
  }
}

/** Only where it is asked for: the client is a sixth of all modules that a start would load. */
async function loadRedisPorts(section: RedisSection): Promise<Provider[]> {
  const { redisPorts } = await import('./redis/redis.ports.js');
  return redisPorts(section);
}
