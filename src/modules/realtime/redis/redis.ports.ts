import { type OnApplicationShutdown, type Provider } from '@nestjs/common';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { type RedisSection } from '../../../config/app-config.js';
import { Metrics } from '../../observability/metrics.js';
import { Broker } from '../ports/broker.js';
import { EphemeralStore } from '../ports/ephemeral-store.js';
import { InProcessRateLimiter } from '../in-process/in-process.rate-limiter.js';
import { NodeBoard } from '../ports/node-board.js';
import { NodeIdentity } from '../node-identity.js';
import { Presence } from '../ports/presence.js';
import { RateLimiter } from '../ports/rate-limiter.js';
import { RedisConnection } from './connection/redis-connection.js';
import { RedisBroker } from './bus/redis.broker.js';
import { RedisEphemeralStore } from './state/redis.ephemeral-store.js';
import { RedisNodeBoard } from './state/redis.node-board.js';
import { RedisPresence } from './state/redis.presence.js';
import { RedisRateLimiter } from './state/redis.rate-limiter.js';

/** The app's connection; Nest closes it after everything else. */
class ConnectionOfApp extends RedisConnection implements OnApplicationShutdown {
  onApplicationShutdown(): Promise<void> {
    return this.finish();
  }
}

/** The ports for one of several nodes, as Nest providers. */
export function redisPorts(section: RedisSection): Provider[] {
  return [
    {
      provide: RedisConnection,
      useFactory: async () => {
        const connection = new ConnectionOfApp(section);
        await connection.start();
        return connection;
      },
    },
    {
      provide: Broker,
      useFactory: (connection: RedisConnection, { name }: NodeIdentity, metrics: Metrics) => {
        const broker = new RedisBroker(connection, Buffer.from(name, 'hex'));
        registerBusSeries(metrics, connection, broker);
        return broker;
      },
      inject: [RedisConnection, NodeIdentity, Metrics],
    },
    { provide: Presence, useClass: RedisPresence },
    { provide: EphemeralStore, useClass: RedisEphemeralStore },
    {
      provide: RateLimiter,
      useFactory: (connection: RedisConnection, clock: MonotonicClock) =>
        new RedisRateLimiter(connection, new InProcessRateLimiter(clock)),
      inject: [RedisConnection, MonotonicClock],
    },
    { provide: NodeBoard, useClass: RedisNodeBoard },
  ];
}

function registerBusSeries(metrics: Metrics, connection: RedisConnection, { counts }: RedisBroker): void {
  metrics.gauge('switchboard_bus_up', 'Whether all connections to Redis are up.', () => (connection.up ? 1 : 0));
  metrics.counter('switchboard_bus_messages_published_total', 'Messages sent to other nodes.', () => counts.published);
  metrics.counter(
    'switchboard_bus_envelopes_published_total',
    'Events in them: what one turn publishes on one channel is one message.',
    () => counts.envelopesPublished,
  );
  metrics.counter(
    'switchboard_bus_messages_received_total',
    'Messages that came back or from other nodes.',
    () => counts.received,
  );
  metrics.counter('switchboard_bus_unreadable_total', 'Messages of an unknown version.', () => counts.unreadable);
}
