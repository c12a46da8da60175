import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { AggregatorRegistry, collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';
import { DelayWindow } from './delay-window.js';
import { SocketMetrics } from './socket-metrics.js';

/** Milliseconds between measurements of the event loop's delay. */
const LOOP_INTERVAL = 100;
const LOOP_SAMPLES = 100;
/**
 * A node that stood still for this long was of no use meanwhile: its health checks failed, and its leases may have
 * expired.
 */
const STOOD_STILL_MS = 5_000;

/** One finished HTTP request. `route` is a pattern, never a path, since paths contain endpoint codes. */
export interface HttpObservation {
  readonly method: string;
  readonly route: string;
  readonly status: number;
  readonly seconds: number;
}

/** All series of one process, as returned by `Registry.getMetricsAsJSON`. */
export type ProcessSeries = Awaited<ReturnType<Registry['getMetricsAsJSON']>>;

/** The Prometheus series of this node, in a registry of their own. What is counted elsewhere is read on collection. */
@Injectable()
export class Metrics implements OnModuleDestroy {
  readonly registry = new Registry();
  private readonly http: Histogram<'method' | 'route' | 'status'>;
  private readonly statements: Histogram;
  private readonly statementErrors: Counter;
  /** Delays of the event loop over the last ten seconds. */
  readonly loopDelays = new DelayWindow(LOOP_SAMPLES);
  private readonly loopTimer: NodeJS.Timeout;
  private others: (() => Promise<readonly ProcessSeries[]>) | undefined;

  constructor(sockets: SocketMetrics) {
    const registers = [this.registry];
    collectDefaultMetrics({ register: this.registry });
    this.http = new Histogram({
      name: 'switchboard_http_request_seconds',
      help: 'Time from the request to the end of its answer, by route pattern, method and status.',
      labelNames: ['method', 'route', 'status'],
      buckets: [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
      registers,
    });
    this.statements = new Histogram({
      name: 'switchboard_database_query_seconds',
      help: 'Time of database statements that succeeded, to the millisecond, without the wait for a connection.',
      buckets: [0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5, 15],
      registers,
    });
    this.statementErrors = new Counter({
      name: 'switchboard_database_errors_total',
      help: 'Database statements that failed.',
      registers,
    });
    this.loopTimer = measureLoop(registers, this.loopDelays);
    registerDeliverySeries(sockets, registers);
    registerSocketSeries(sockets, registers);
    registerQueueSeries(sockets, registers);
    this.gauge('switchboard_native_send', '1 where frames leave in native calls, one a turn.', () =>
      Number(sockets.nativeSend),
    );
  }

  /** @param others returns the series of all processes behind the same port, including this one */
  gatherFrom(others: () => Promise<readonly ProcessSeries[]>): void {
    this.others = others;
  }

  /** Prometheus text: the sum of all processes behind the port. */
  async text(): Promise<string> {
    if (this.others === undefined) return this.registry.metrics();
    return AggregatorRegistry.aggregate([...(await this.others())]).metrics();
  }

  observeHttp({ method, route, status, seconds }: HttpObservation): void {
    this.http.observe({ method, route, status }, seconds);
  }

  observeStatement(seconds: number): void {
    this.statements.observe(seconds);
  }

  countStatementError(): void {
    this.statementErrors.inc();
  }

  /** Adds a gauge whose value is read on collection. */
  gauge(name: string, help: string, read: () => number): void {
    new Gauge({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.set(read());
      },
    });
  }

  /** Adds a counter whose total is read on collection. */
  counter(name: string, help: string, read: () => number): void {
    new Counter({
      name,
      help,
      registers: [this.registry],
      collect() {
        this.reset();
        this.inc(read());
      },
    });
  }

  onModuleDestroy(): void {
    clearInterval(this.loopTimer);
  }
}

/** A histogram rather than the last value, so that its meaning does not depend on how often it is read. */
function measureLoop(registers: Registry[], recent: DelayWindow): NodeJS.Timeout {
  const delay = new Histogram({
    name: 'switchboard_event_loop_delay_seconds',
    help: `How late the event loop runs what is due, sampled every ${LOOP_INTERVAL} ms.`,
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10],
    registers,
  });
  const logger = new Logger('EventLoop');
  let due = performance.now() + LOOP_INTERVAL;
  const timer = setInterval(() => {
    const now = performance.now();
    const late = Math.max(0, now - due);
    delay.observe(late / 1_000);
    recent.add(late);
    if (late > STOOD_STILL_MS) logger.warn({ msg: `the event loop stood still for ${Math.round(late)} ms` });
    due = now + LOOP_INTERVAL;
  }, LOOP_INTERVAL);
  return timer.unref();
}

function registerDeliverySeries(sockets: SocketMetrics, registers: Registry[]): void {
  const delivery = new Histogram({
    name: 'switchboard_delivery_seconds',
    help: 'Time from the receipt of a frame, or of a message of another node, to the write to the last socket; 20 a second are timed.',
    buckets: [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1],
    registers,
  });
  sockets.onDelivery((seconds) => {
    delivery.observe(seconds);
  });
}

function registerSocketSeries(sockets: SocketMetrics, registers: Registry[]): void {
  new Gauge({
    name: 'switchboard_connections',
    help: 'Open sockets by protocol.',
    labelNames: ['protocol'],
    registers,
    collect() {
      for (const [protocol, traffic] of sockets.traffic) this.set({ protocol }, traffic.connections);
    },
  });
  trafficCounter('messages_received', 'Messages received from sockets', 'messagesIn');
  trafficCounter('messages_sent', 'Messages sent to sockets', 'messagesOut');
  trafficCounter('bytes_received', 'Payload bytes received from sockets', 'bytesIn');
  trafficCounter('bytes_sent', 'Bytes sent to sockets', 'bytesOut');
  new Counter({
    name: 'switchboard_closes_total',
    help: 'Ended sockets by protocol and close code; codes that clients make up count as «other».',
    labelNames: ['protocol', 'code'],
    registers,
    collect() {
      this.reset();
      for (const [key, count] of sockets.closes) {
        const [protocol = '', code = ''] = key.split(' ');
        this.inc({ protocol, code }, count);
      }
    },
  });
  new Counter({
    name: 'switchboard_refusals_total',
    help: 'Refused handshakes of sockets, by status.',
    labelNames: ['status'],
    registers,
    collect() {
      this.reset();
      for (const [status, count] of sockets.refusals) this.inc({ status }, count);
    },
  });

  function trafficCounter(
    name: string,
    help: string,
    member: 'messagesIn' | 'messagesOut' | 'bytesIn' | 'bytesOut',
  ): void {
    new Counter({
      name: `switchboard_${name}_total`,
      help: `${help}, by protocol.`,
      labelNames: ['protocol'],
      registers,
      collect() {
        this.reset();
        for (const [protocol, traffic] of sockets.traffic) this.inc({ protocol }, traffic[member]);
      },
    });
  }
}

function registerQueueSeries(sockets: SocketMetrics, registers: Registry[]): void {
  new Gauge({
    name: 'switchboard_inbound_queue_messages',
    help: 'Received messages that wait for their turn.',
    registers,
    collect() {
      this.set(sockets.inboundQueued());
    },
  });
  new Gauge({
    name: 'switchboard_outbound_queue_bytes',
    help: 'Bytes waiting for slow readers.',
    registers,
    collect() {
      this.set(sockets.queueBytes());
    },
  });
  new Gauge({
    name: 'switchboard_store_queue_characters',
    help: 'Characters of messages that wait to be stored.',
    registers,
    collect() {
      this.set(sockets.storeQueued());
    },
  });
}
