import { endOfSamples } from '@switchboard/client/console';
import { type MetricsHistoryDto, type MetricSeriesDto } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { Chart } from '../../../ui/charts/chart.js';
import { type Line } from '../../../ui/charts/series.js';
import { sdk } from '../../app/client.js';
import { queryClient } from '../../app/queries.js';
import { type Search } from '../../app/search.js';
import { AsSeenBy } from '../../data/as-seen-by.js';
import { Loaded } from '../../data/loaded.js';
import { merged } from '../../data/live/samples.js';
import { useLive } from '../../data/live/use-live.js';
import { useLiveQuery } from '../../data/live/use-live-query.js';
import styles from './overview.module.css';

/** As often as there are new samples. */
const STEP_MS = 10_000;

interface Kind {
  readonly title: string;
  /** The list with the details. */
  readonly to: '/connections' | '/nodes';
  readonly search?: Search;
  readonly unit: string;
  /** Labels of its lines, by the name of the series. */
  readonly lines: Readonly<Record<string, (series: MetricSeriesDto) => string>>;
}

const byLabel = ({ label }: MetricSeriesDto) => label ?? 'all';

const KINDS: readonly Kind[] = [
  { title: 'Connections', to: '/connections', unit: 'open, by protocol', lines: { connections: byLabel } },
  { title: 'Messages in', to: '/connections', unit: 'per second, by protocol', lines: { messagesIn: byLabel } },
  { title: 'Messages out', to: '/connections', unit: 'per second, by protocol', lines: { messagesOut: byLabel } },
  {
    title: 'Connects and refusals',
    to: '/connections',
    unit: 'per second',
    lines: {
      connects: ({ label }) => (label === null ? 'connected' : `connected ${label}`),
      refusals: ({ label }) => (label === null ? 'refused' : `refused ${label}`),
    },
  },
  {
    title: 'Closes',
    to: '/connections',
    search: { tab: 'ended' },
    unit: 'per second, by code',
    lines: { closes: byLabel },
  },
  {
    title: 'Delivery time',
    to: '/nodes',
    unit: 'ms, by node',
    lines: { deliveryP50: ({ node }) => `p50 ${node ?? ''}`, deliveryP99: ({ node }) => `p99 ${node ?? ''}` },
  },
  {
    title: 'Event-loop delay',
    to: '/nodes',
    unit: 'ms, 99th percentile, by node',
    lines: { eventLoopP99: ({ node }) => node ?? 'all' },
  },
];

const HISTORY = ['metrics history'];
/** Queries of Overview besides the charts. */
const BESIDE = ['stats', 'top', 'last acts', 'away', 'first steps'];

export function Charts() {
  const isTold = useLive<'overview'>(
    'overview',
    () => {
      const known = queryClient.getQueryData<MetricsHistoryDto>(HISTORY);
      const after = known && endOfSamples(known);
      return { topic: 'overview', ...(after !== undefined && { after }) };
    },
    {
      news: (samples) => {
        queryClient.setQueryData<MetricsHistoryDto>(HISTORY, (known) => merged(known, samples));
        // Overview's other live data is refreshed together with the samples, not by itself.
        for (const key of BESIDE) void queryClient.invalidateQueries({ queryKey: [key] });
      },
    },
  );
  const history = useLiveQuery(
    HISTORY,
    (signal) => sdk.metricsHistory.read({ query: { minutes: 60 }, signal }),
    isTold ? false : STEP_MS,
  );
  return (
    <Loaded query={history}>
      {(data) => (
        <>
          <AsSeenBy nodes={data.nodes} missing={data.missing} />
          <div className={styles['charts']}>
            {KINDS.map((kind) => (
              <Chart
                key={kind.title}
                title={kind.title}
                heading={
                  <Link to={kind.to} search={kind.search ?? {}} aria-label={`${kind.title}: show the list`}>
                    {kind.title}
                  </Link>
                }
                unit={kind.unit}
                lines={linesOf(kind, data)}
                from={Date.parse(data.from)}
                stepMs={data.stepSeconds * 1000}
              />
            ))}
          </div>
        </>
      )}
    </Loaded>
  );
}

const linesOf = ({ lines }: Kind, { series }: MetricsHistoryDto): readonly Line[] =>
  series.flatMap((each) => {
    const name = lines[each.name]?.(each);
    return name === undefined ? [] : [{ name, values: each.values }];
  });
