import { type MetricsHistoryDto, type MetricSeriesDto } from '@switchboard/client/rest';

/** Steps that a screen shows: an hour. */
const SHOWN = 360;

type Values = readonly (number | null)[];

/** Merges known and fresh samples of the last hour by time; fresh ones win. */
export function merged(known: MetricsHistoryDto | undefined, fresh: MetricsHistoryDto): MetricsHistoryDto {
  if (known === undefined) return fresh;
  const stepMs = fresh.stepSeconds * 1000;
  const endOf = ({ from, series }: MetricsHistoryDto) =>
    Date.parse(from) + Math.max(0, (series[0]?.values.length ?? 0) - 1) * stepMs;
  const from = Math.max(endOf(known), endOf(fresh)) - (SHOWN - 1) * stepMs;
  const series = new Map<string, MetricSeriesDto>();
  for (const history of [known, fresh]) {
    const shift = Math.round((Date.parse(history.from) - from) / stepMs);
    for (const each of history.series) {
      const key = `${each.name} ${each.node ?? ''} ${each.label ?? ''}`;
      const before = series.get(key)?.values ?? Array<number | null>(SHOWN).fill(null);
      series.set(key, { ...each, values: laidOver(before, each.values, shift) });
    }
  }
  return { ...fresh, from: new Date(from).toISOString(), series: [...series.values()] };
}

const laidOver = (below: Values, above: Values, shift: number): (number | null)[] =>
  below.map((value, at) => above[at - shift] ?? value);
