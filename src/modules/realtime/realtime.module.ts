import { Global, Module } from '@nestjs/common';
import { Clock, SystemClock } from '../../common/time/clock.js';
import { AttemptThrottle } from './attempt-throttle.js';
import { Broker } from './broker.js';
import { ConnectionDirectory } from './connection-directory.js';
import { EphemeralStore } from './ephemeral-store.js';
import { Hub } from './hub.js';
import { InProcessBroker } from './in-process.broker.js';
import { InProcessEphemeralStore } from './in-process.ephemeral-store.js';
import { InProcessPresence } from './in-process.presence.js';
import { InProcessRateLimiter } from './in-process.rate-limiter.js';
import { NodeIdentity } from './node-identity.js';
import { Presence } from './presence.js';
import { RateLimiter } from './rate-limiter.js';
import { RevocationList } from './revocation-list.js';

/** The shared kernel: connections, channels, and the ports every node-shared fact goes through. */
@Global()
@Module({
  providers: [
    { provide: Clock, useClass: SystemClock },
    { provide: Broker, useClass: InProcessBroker },
    { provide: Presence, useClass: InProcessPresence },
    { provide: EphemeralStore, useFactory: (clock: Clock) => new InProcessEphemeralStore(clock), inject: [Clock] },
    { provide: RateLimiter, useFactory: (clock: Clock) => new InProcessRateLimiter(clock), inject: [Clock] },
    AttemptThrottle,
    Hub,
    ConnectionDirectory,
    NodeIdentity,
    RevocationList,
  ],
  exports: [
    AttemptThrottle,
    Clock,
    Broker,
    Presence,
    EphemeralStore,
    RateLimiter,
    Hub,
    ConnectionDirectory,
    NodeIdentity,
    RevocationList,
  ],
})
export class RealtimeModule {}
