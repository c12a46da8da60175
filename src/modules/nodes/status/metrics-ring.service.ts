import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { Metrics } from '../../observability/metrics.js';
import { SocketMetrics } from '../../observability/socket-metrics.js';

/** Seconds between two samples. All nodes take them at the same times, by their own clocks. */
export const STEP_SECONDS = 10;
const STEP_MS = STEP_SECONDS * 1_000;
/** How much too early a timer may fire. */
const EARLY_MS = 5;
export const MAX_MINUTES = 60;
const KEPT = (MAX_MINUTES * 60) / STEP_SECONDS;

export const METRICS = [
  'connections',
  'messagesIn',
  'messagesOut',
  'connects',
  'closes',
  'refusals',
  'deliveryP50',
  'deliveryP99',
  'eventLoopP50',
  'eventLoopP99',
] as const;
export type MetricName = (typeof METRICS)[number];

/** Values by label (protocol, close code, status); `''` for values without labels. */
export type Labelled = Readonly<Record<string, number>>;

/** What one node counted in the step ending at `slot`, in steps since the epoch. Survives JSON. */
export interface MetricsSample {
  readonly slot: number;
  readonly values: Readonly<Partial<Record<MetricName, Labelled>>>;
}

/** The last hour of this node, derived from existing counters, so that messages cost nothing extra. */
@Injectable()
export class MetricsRing implements OnApplicationBootstrap, OnApplicationShutdown {
  /** Oldest first. As text: V8 would give an object whose keys are close codes an array of a thousand places more. */
  private readonly samples: { readonly slot: number; readonly values: string }[] = [];
  private timer: NodeJS.Timeout | undefined;
  private before: ReturnType<MetricsRing['count']>;
  private beforeAt = performance.now();

  constructor(
    private readonly sockets: SocketMetrics,
    private readonly metrics: Metrics,
    private readonly clock: Clock,
  ) {
    this.before = this.count();
  }

  onApplicationBootstrap(): void {
    this.before = this.count();
    this.beforeAt = performance.now();
    this.schedule();
  }

  onApplicationShutdown(): void {
    clearTimeout(this.timer);
  }

  /** Samples after slot `after`, with only the series `names`. */
  since(after: number, names: readonly MetricName[]): MetricsSample[] {
    return this.samples
      .filter(({ slot }) => slot > after)
      .map(({ slot, values: text }) => {
        const values = JSON.parse(text) as MetricsSample['values'];
        return { slot, values: Object.fromEntries(names.map((name) => [name, values[name]])) };
      });
  }

  /** Public for tests, which do not wait. */
  sample(now = performance.now()): void {
    const seconds = (now - this.beforeAt) / 1_000;
    if (seconds <= 0) return;
    const [before, counted] = [this.before, this.count()];
    this.before = counted;
    this.beforeAt = now;
    const rate = (name: 'messagesIn' | 'messagesOut' | 'closes' | 'refusals'): Labelled =>
      perSecond(before[name], counted[name], seconds);
    const closes = rate('closes');
    const { p50Ms, p99Ms } = this.metrics.loopDelays.read();
    const delivery = this.sockets.deliveries.take();
    const slot = Math.floor((this.clock.now() + EARLY_MS) / STEP_MS);
    // After the clock was set back, drop samples from what is now the future.
    while ((this.samples.at(-1)?.slot ?? -1) >= slot) this.samples.pop();
    const values: MetricsSample['values'] = {
      connections: counted.connections,
      messagesIn: rate('messagesIn'),
      messagesOut: rate('messagesOut'),
      // Whoever connected is either still here or has left.
      connects: {
        '': tidy(Math.max(0, (sum(counted.connections) - sum(before.connections)) / seconds + sum(closes))),
      },
      closes,
      refusals: rate('refusals'),
      ...(delivery && { deliveryP50: { '': delivery.p50Ms }, deliveryP99: { '': delivery.p99Ms } }),
      eventLoopP50: { '': p50Ms },
      eventLoopP99: { '': p99Ms },
    };
    this.samples.push({ slot, values: JSON.stringify(values) });
    if (this.samples.length > KEPT) this.samples.shift();
  }

  private schedule(): void {
    this.timer = setTimeout(
      () => {
        this.sample();
        this.schedule();
      },
      STEP_MS - (this.clock.now() % STEP_MS),
    ).unref();
  }

  private count() {
    const { traffic, closes, refusals } = this.sockets;
    const of = (member: 'connections' | 'messagesIn' | 'messagesOut'): Labelled =>
      Object.fromEntries([...traffic].map(([protocol, counters]) => [protocol, counters[member]]));
    const byCode: Record<string, number> = {};
    for (const [key, count] of closes) {
      const code = key.slice(key.indexOf(' ') + 1);
      byCode[code] = (byCode[code] ?? 0) + count;
    }
    return {
      connections: of('connections'),
      messagesIn: of('messagesIn'),
      messagesOut: of('messagesOut'),
      closes: byCode,
      refusals: Object.fromEntries(refusals) as Labelled,
    };
  }
}

function perSecond(before: Labelled, after: Labelled, seconds: number): Labelled {
  return Object.fromEntries(
    Object.entries(after).map(([label, count]) => [label, tidy((count - (before[label] ?? 0)) / seconds)]),
  );
}

const sum = (values: Labelled): number => Object.values(values).reduce((total, value) => total + value, 0);
const tidy = (value: number): number => Math.round(value * 100) / 100;
