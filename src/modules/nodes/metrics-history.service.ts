import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { topic } from '../realtime/fan-out/topic.js';
import { type MetricsHistoryDto, type MetricsHistoryQuery, type MetricSeriesDto } from './dto/metrics-history.dto.js';
import {
  type MetricName,
  METRICS,
  MetricsRing,
  type MetricsSample,
  STEP_SECONDS,
} from './status/metrics-ring.service.js';

const HISTORY = topic<{ readonly after: number; readonly names: readonly MetricName[] }, MetricsSample[]>(
  'nodes.history',
);
/** Reported per node, because a sum would be meaningless. */
const PER_NODE: ReadonlySet<MetricName> = new Set<MetricName>([
  'deliveryP50',
  'deliveryP99',
  'eventLoopP50',
  'eventLoopP99',
]);

/** The last hour of all nodes that answer. */
@Injectable()
export class MetricsHistory {
  constructor(
    private readonly cluster: ClusterQuery,
    private readonly clock: Clock,
    ring: MetricsRing,
  ) {
    cluster.answer(HISTORY, ({ after, names }) => ring.since(after, names));
  }

  read({ names, minutes }: MetricsHistoryQuery): Promise<MetricsHistoryDto> {
    return this.upTo(Math.floor(this.clock.now() / 1_000 / STEP_SECONDS), (minutes * 60) / STEP_SECONDS, names);
  }

  /** The `steps` steps that end with `newest`. */
  async upTo(newest: number, steps: number, names: readonly MetricName[] = METRICS): Promise<MetricsHistoryDto> {
    const after = newest - steps;
    const { answers, missing } = await this.cluster.ask(HISTORY, { after, names });
    const series = new Map<string, MetricSeriesDto>();
    for (const { node, value: samples } of answers) {
      for (const { slot, values } of samples) {
        const at = slot - after - 1;
        // Another node's clock may be ahead.
        if (at < 0 || at >= steps) continue;
        for (const name of names) {
          for (const [label, value] of Object.entries(values[name] ?? {})) {
            add(seriesOf(series, name, label, PER_NODE.has(name) ? node : null, steps), at, value);
          }
        }
      }
    }
    return {
      from: new Date((after + 1) * STEP_SECONDS * 1_000).toISOString(),
      stepSeconds: STEP_SECONDS,
      nodes: answers.length,
      missing: [...missing],
      series: [...series.values()].sort(
        (a, b) => names.indexOf(a.name as MetricName) - names.indexOf(b.name as MetricName),
      ),
    };
  }
}

function seriesOf(
  all: Map<string, MetricSeriesDto>,
  name: MetricName,
  label: string,
  node: string | null,
  steps: number,
): MetricSeriesDto {
  const key = `${name} ${node ?? ''} ${label}`;
  let series = all.get(key);
  if (series === undefined) {
    series = { name, label: label || null, node, values: Array<number | null>(steps).fill(null) };
    all.set(key, series);
  }
  return series;
}

function add({ values }: MetricSeriesDto, at: number, value: number): void {
  values[at] = Math.round(((values[at] ?? 0) + value) * 100) / 100;
}
