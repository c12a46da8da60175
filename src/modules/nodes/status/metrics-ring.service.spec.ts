import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { Clock } from '../../../common/time/clock.js';
import { Metrics } from '../../observability/metrics.js';
import { SocketMetrics } from '../../observability/socket-metrics.js';
import { METRICS, MetricsRing } from './metrics-ring.service.js';

class ManualClock extends Clock {
  time = 1_000_000;
  now(): number {
    return this.time;
  }
}

describe('the sample ring of a node', () => {
  let sockets: SocketMetrics;
  let metrics: Metrics;
  let clock: ManualClock;
  let ring: MetricsRing;
  let at: number;
  beforeEach(() => {
    sockets = new SocketMetrics();
    metrics = new Metrics(sockets);
    clock = new ManualClock();
    ring = new MetricsRing(sockets, metrics, clock);
    at = performance.now();
    step();
  });
  afterEach(() => {
    metrics.onModuleDestroy();
  });

  const step = (): void => {
    clock.time += 10_000;
    at += 10_000;
    ring.sample(at);
  };
  const newest = () => ring.since(0, METRICS).at(-1)!;

  it('derives rates from existing counters; whoever came is still here or has left', () => {
    const rooms = sockets.of('rooms');
    rooms.connections = 3;
    rooms.messagesIn = 50;
    sockets.recordClose('rooms', 1000);
    sockets.recordClose('services', 1000);
    sockets.recordRefusal(503);
    step();
    expect(newest()).toMatchObject({
      slot: 102,
      values: {
        connections: { rooms: 3 },
        messagesIn: { rooms: 5 },
        messagesOut: { rooms: 0 },
        connects: { '': 0.5 },
        closes: { '1000': 0.2 },
        refusals: { '503': 0.1 },
      },
    });
    step();
    expect(newest().values).toMatchObject({ messagesIn: { rooms: 0 }, connects: { '': 0 }, closes: { '1000': 0 } });
  });

  it('keeps an hour, and returns the requested part', () => {
    for (let n = 0; n < 400; n++) step();
    expect(ring.since(0, METRICS)).toHaveLength(360);
    const [last, ...more] = ring.since(newest().slot - 1, ['connections']);
    expect([Object.keys(last!.values), more]).toEqual([['connections'], []]);
  });

  it('has each time once if the clock is set back', () => {
    step();
    clock.time -= 25_000;
    step();
    expect(ring.since(0, METRICS).map(({ slot }) => slot)).toEqual([100]);
  });

  it('reports how long the deliveries of each step took, and nothing if there were none', () => {
    for (const ms of [1, 2, 3, 100]) sockets.recordDelivery(ms);
    step();
    expect(newest().values).toMatchObject({ deliveryP50: { '': 2 }, deliveryP99: { '': 100 } });
    step();
    expect(newest().values.deliveryP50).toBeUndefined();
  });
});
