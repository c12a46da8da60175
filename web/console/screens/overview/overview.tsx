import { type ProtocolStatsDto, type StatsDto } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { Stats } from '../../../ui/content/facts.js';
import { Page, Panel } from '../../../ui/content/page.js';
import { type Column, Table } from '../../../ui/content/table.js';
import { Notice, Skeleton } from '../../../ui/feedback/notice.js';
import { bytes, number, plural } from '../../../ui/content/format.js';
import { sdk } from '../../app/client.js';
import { useKept } from '../../app/preferences.js';
import { AsSeenBy } from '../../data/as-seen-by.js';
import { isTold as feedTells } from '../../data/live/feed.js';
import { Loaded } from '../../data/loaded.js';
import { LIVE_MS, useLiveQuery } from '../../data/live/use-live-query.js';
import { AwayList, useAway } from '../../data/live/away.js';
import { FirstSteps } from './first-steps/first-steps.js';
import { Top } from './top.js';

const LastActs = lazy(async () => ({ default: (await import('../audit/last-acts.js')).LastActs }));
const Charts = lazy(async () => ({ default: (await import('./charts.js')).Charts }));

export function Overview() {
  const isTold = useKept(feedTells);
  const everyMs = isTold ? false : LIVE_MS;
  const stats = useLiveQuery(['stats'], (signal) => sdk.stats.read({ signal }), everyMs);
  return (
    <Page title="Overview">
      <Away everyMs={everyMs} />
      <FirstSteps everyMs={everyMs} />
      <Loaded query={stats}>{(data) => <Totals stats={data} />}</Loaded>
      <Panel title="The last hour">
        <Suspense fallback={<Skeleton lines={12} />}>
          <Charts />
        </Suspense>
      </Panel>
      <Top />
      {/* Only after what is above it has loaded. */}
      {stats.data && (
        <Suspense fallback={<Skeleton lines={6} />}>
          <LastActs everyMs={everyMs} />
        </Suspense>
      )}
      {stats.data && <ByProtocol stats={stats.data} />}
    </Page>
  );
}

function Away({ everyMs }: { everyMs: number | false }) {
  const away = useAway(everyMs);
  if (away === undefined || away.length === 0) return null;
  return (
    <Notice tone="bad" alert>
      Away: <AwayList seen={away} />. <Link to="/nodes">What the nodes say</Link>
    </Notice>
  );
}

const columns: readonly Column<ProtocolStatsDto>[] = [
  {
    header: 'Protocol',
    cell: ({ protocol }) => (
      <Link to="/connections" search={{ protocol }}>
        {protocol}
      </Link>
    ),
  },
  { header: 'Connections', cell: ({ connections }) => number(connections), numeric: true },
  { header: 'In per second', cell: ({ messagesInPerSecond }) => number(messagesInPerSecond), numeric: true },
  { header: 'Out per second', cell: ({ messagesOutPerSecond }) => number(messagesOutPerSecond), numeric: true },
  { header: 'Messages in', cell: ({ messagesIn }) => number(messagesIn), numeric: true },
  { header: 'Messages out', cell: ({ messagesOut }) => number(messagesOut), numeric: true },
  { header: 'Bytes in', cell: ({ bytesIn }) => bytes(bytesIn), numeric: true },
  { header: 'Bytes out', cell: ({ bytesOut }) => bytes(bytesOut), numeric: true },
];

function Totals({ stats: { nodes, missing, total } }: { stats: StatsDto }) {
  return (
    <>
      <AsSeenBy nodes={nodes} missing={missing} />
      <Stats
        stats={[
          {
            name: 'Connections',
            value: <Link to="/connections">{number(total.connections)}</Link>,
            more: <Link to="/nodes">on {plural(nodes, 'node')}</Link>,
          },
          {
            name: 'Messages in per second',
            value: number(total.messagesInPerSecond),
            more: `${bytes(total.bytesInPerSecond)}/s`,
          },
          {
            name: 'Messages out per second',
            value: number(total.messagesOutPerSecond),
            more: `${bytes(total.bytesOutPerSecond)}/s`,
          },
          { name: 'Bytes out since the start', value: bytes(total.bytesOut), more: `${bytes(total.bytesIn)} in` },
        ]}
      />
    </>
  );
}

const ByProtocol = ({ stats: { protocols, windowSeconds } }: { stats: StatsDto }) => (
  <Panel title={`By protocol, rates over the last ${windowSeconds} s`}>
    <Table label="By protocol" columns={columns} items={protocols} keyOf={({ protocol }) => protocol} />
  </Panel>
);
