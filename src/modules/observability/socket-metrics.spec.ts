import { describe, expect, it } from 'vitest';
import { SocketMetrics } from './socket-metrics.js';

describe('SocketMetrics', () => {
  it('hands out the same counters for the same protocol', () => {
    const metrics = new SocketMetrics();
    metrics.of('services').messagesIn++;
    metrics.of('services').messagesIn++;
    metrics.of('rooms').messagesIn++;
    expect(metrics.of('services').messagesIn).toBe(2);
    expect(metrics.of('rooms').messagesIn).toBe(1);
  });

  it('counts closes by protocol and code', () => {
    const metrics = new SocketMetrics();
    metrics.recordClose('services', 1000);
    metrics.recordClose('services', 1000);
    metrics.recordClose('services', 4008);
    metrics.recordClose('rooms', 1000);
    expect([...metrics.closes]).toEqual([
      ['services 1000', 2],
      ['services 4008', 1],
      ['rooms 1000', 1],
    ]);
  });

  it('lets no client grow the series by choosing its own close codes', () => {
    const metrics = new SocketMetrics();
    for (let code = 3000; code < 3100; code++) metrics.recordClose('services', code);
    expect([...metrics.closes]).toEqual([['services other', 100]]);
  });

  it('sums the queues of every transport', () => {
    const metrics = new SocketMetrics();
    metrics.registerQueues({ inboundQueued: () => 2, queueBytes: () => 100 });
    metrics.registerQueues({ inboundQueued: () => 3, queueBytes: () => 50 });
    expect([metrics.inboundQueued(), metrics.queueBytes()]).toEqual([5, 150]);
  });
});
