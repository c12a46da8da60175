import { Logger } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { afterEach, describe, expect, it, vi } from 'vitest';
import { Metrics } from './metrics.js';
import { SocketMetrics } from './socket-metrics.js';

describe('Metrics', () => {
  const sockets = new SocketMetrics();
  const metrics = new Metrics(sockets);

  afterEach(() => {
    metrics.onModuleDestroy();
    vi.useRealTimers();
    vi.restoreAllMocks();
  });

  it('shows what the transport counted, once, however often it is read', async () => {
    Object.assign(sockets.of('services'), { connections: 3, messagesIn: 5, messagesOut: 7, bytesIn: 11, bytesOut: 13 });
    sockets.recordClose('services', 4008);
    sockets.registerQueues({ inboundQueued: () => 2, queueBytes: () => 4096 });
    await metrics.registry.metrics();
    const text = await metrics.registry.metrics();
    for (const line of [
      'switchboard_connections{protocol="services"} 3',
      'switchboard_messages_received_total{protocol="services"} 5',
      'switchboard_messages_sent_total{protocol="services"} 7',
      'switchboard_bytes_received_total{protocol="services"} 11',
      'switchboard_bytes_sent_total{protocol="services"} 13',
      'switchboard_closes_total{protocol="services",code="4008"} 1',
      'switchboard_inbound_queue_messages 2',
      'switchboard_outbound_queue_bytes 4096',
    ]) {
      expect(text.split('\n')).toContain(line);
    }
  });

  it('counts HTTP requests by route pattern, method and status, and database statements', async () => {
    metrics.observeHttp({ method: 'GET', route: '/api/v1/services/:id', status: 404, seconds: 0.02 });
    metrics.observeStatement(0.002);
    metrics.countStatementError();
    const text = await metrics.registry.metrics();
    expect(text).toContain(
      'switchboard_http_request_seconds_count{method="GET",route="/api/v1/services/:id",status="404"} 1',
    );
    expect(text).toContain('switchboard_database_query_seconds_count 1');
    expect(text).toContain('switchboard_database_errors_total 1');
  });

  it('describes every series of its own', async () => {
    const text = await metrics.registry.metrics();
    for (const name of [...text.matchAll(/^# TYPE (switchboard_\S+)/gm)].map((match) => match[1])) {
      expect(text).toMatch(new RegExp(`^# HELP ${name} \\S.+\\.$`, 'm'));
    }
    expect(text).toContain('# TYPE switchboard_event_loop_delay_seconds histogram');
    expect(text).toContain('process_resident_memory_bytes');
  });

  it('reports a blocked event loop, but not a merely slow one', async () => {
    const warn = vi.spyOn(Logger.prototype, 'warn').mockReturnValue();
    const now = vi.spyOn(performance, 'now').mockReturnValue(0);
    vi.useFakeTimers({ toFake: ['setInterval', 'clearInterval'] });
    const watched = new Metrics(new SocketMetrics());
    const wakeAt = (ms: number): void => {
      now.mockReturnValue(ms);
      vi.advanceTimersByTime(100);
    };
    wakeAt(5_000);
    expect(warn).not.toHaveBeenCalled();
    wakeAt(11_200);
    wakeAt(11_300);
    expect(warn.mock.calls).toEqual([[{ msg: 'the event loop stood still for 6100 ms' }]]);
    expect(await watched.registry.metrics()).toContain('switchboard_event_loop_delay_seconds_bucket{le="5"} 2');
    watched.onModuleDestroy();
  });

  it('keeps a registry of its own, so that two apps in one process do not clash', async () => {
    const other = new Metrics(new SocketMetrics());
    other.onModuleDestroy();
    expect(await other.registry.metrics()).not.toContain('protocol="services"');
  });
});
