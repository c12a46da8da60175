import { type TimelineEvent } from '@switchboard/client/console';
import { type ConnectionDto, type EndedConnectionDto, paginate, SwitchboardProblem } from '@switchboard/client/rest';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { bytes, number } from '../../../ui/content/format.js';
import { Facts, Stats } from '../../../ui/content/facts.js';
import { Page } from '../../../ui/content/page.js';
import { Time } from '../../../ui/content/time.js';
import { Id } from '../../../ui/content/values.js';
import { Badge, Empty, Notice } from '../../../ui/feedback/notice.js';
import { sdk } from '../../app/client.js';
import { queryClient } from '../../app/queries.js';
import { LoadedPage } from '../../data/loaded.js';
import { useLive } from '../../data/live/use-live.js';
import { LIVE_MS, useLiveQuery } from '../../data/live/use-live-query.js';
import { ConnectionActions } from './connection-actions.js';
import { Timeline } from './timeline.js';
import { Where } from './where.js';

const route = getRouteApi('/connections/$id');
/** Events kept on the screen. */
const EVENTS = 200;
const above = [<Link to="/connections">Connections</Link>];

async function readLive(id: string, signal: AbortSignal): Promise<ConnectionDto | null> {
  try {
    return await sdk.connections.get({ path: { id }, signal });
  } catch (error) {
    if (error instanceof SwitchboardProblem && error.status === 404) return null;
    throw error;
  }
}

/** An ended connection, which its node remembers for a while. The API only lists those, so this searches the list. */
async function readEnded(id: string, signal: AbortSignal): Promise<EndedConnectionDto | null> {
  const node = id.slice(0, Math.max(0, id.lastIndexOf('-')));
  if (node === '') return null;
  const all = paginate(sdk.connections.listEnded, { query: { node, limit: 200 }, signal });
  for await (const item of all) if (item.id === id) return item;
  return null;
}

/** One connection, live or ended. */
export function Connection() {
  const { id } = route.useParams();
  const { isTold, events } = useTimeline(id);
  const live = useLiveQuery(keyOf(id), (signal) => readLive(id, signal), isTold ? false : LIVE_MS);
  return (
    <LoadedPage title="Connection" query={live}>
      {(connection) =>
        connection === null ? <Over id={id} events={events} /> : <Live connection={connection} events={events} />
      }
    </LoadedPage>
  );
}

const keyOf = (id: string) => ['connection', id];

/** Follows the connection. Its counters are put where the screen reads them; its events are kept here. */
function useTimeline(id: string): { isTold: boolean; events: readonly TimelineEvent[] } {
  const [kept, keep] = useState<{ of: string; events: readonly TimelineEvent[] }>({ of: id, events: [] });
  const isTold = useLive<'connection'>(id, () => ({ topic: 'connection', connection: id }), {
    news: ({ connection, timeline, isFirst }) => {
      keep(({ of, events }) => ({
        of: id,
        events: (isFirst || of !== id ? timeline : [...events, ...timeline]).slice(-EVENTS),
      }));
      const isOver = timeline.some(({ what }) => what === 'closed');
      queryClient.setQueryData(keyOf(id), isOver ? null : connection);
    },
  });
  return { isTold, events: kept.of === id ? kept.events : [] };
}

interface WithTimeline {
  readonly events: readonly TimelineEvent[];
}

function Live({ connection, events }: WithTimeline & { connection: ConnectionDto }) {
  return (
    <Details
      connection={connection}
      events={events}
      badge={<Badge tone="good">live</Badge>}
      actions={<ConnectionActions connection={connection} />}
    />
  );
}

function Over({ id, events }: WithTimeline & { id: string }) {
  const ended = useQuery({
    queryKey: ['ended connection', id],
    queryFn: ({ signal }) => readEnded(id, signal),
    staleTime: 60_000,
  });
  return (
    <LoadedPage title="Connection" query={ended}>
      {(connection) =>
        connection === null ? (
          <Page title="Connection" above={above}>
            <Empty title="This connection is not live any more">
              <p>
                Its node does not remember it. <Link to="/connections">Who is connected</Link>
              </p>
            </Empty>
          </Page>
        ) : (
          <Details connection={connection} events={events} badge={<Badge>ended</Badge>}>
            <Notice>
              Ended by the {connection.endedBy} <Time at={connection.endedAt} />
              {connection.code !== null && <>, code {connection.code}</>}
              {connection.reason !== null && (
                <>
                  : <bdi>{connection.reason}</bdi>
                </>
              )}
            </Notice>
          </Details>
        )
      }
    </LoadedPage>
  );
}

interface DetailsProps extends WithTimeline {
  readonly connection: ConnectionDto;
  readonly badge: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

function Details({ connection, events, badge, actions, children }: DetailsProps) {
  const { id, principal, account } = connection;
  return (
    <Page
      title={principal?.label ?? 'Connection'}
      above={above}
      beside={
        <>
          <Id value={id} />
          {badge}
        </>
      }
      actions={actions}
    >
      {children}
      <Stats
        stats={[
          { name: 'Messages in', value: number(connection.messagesIn), more: bytes(connection.bytesIn) },
          { name: 'Messages out', value: number(connection.messagesOut), more: bytes(connection.bytesOut) },
          { name: 'Waits for it to read', value: bytes(connection.waitingBytes) },
          { name: 'Channels', value: number(connection.channels) },
        ]}
      />
      <Facts
        facts={{
          Principal: principal === null ? 'not yet known' : `${principal.kind} ${principal.id}`,
          Protocol: connection.protocol,
          Transport: connection.transport,
          Where: <Where connection={connection} />,
          Account: account && (
            <Link to="/accounts/$id" params={{ id: account }}>
              account {account}
            </Link>
          ),
          Address: connection.address,
          Node: <code>{connection.node}</code>,
          Since: <Time at={connection.connectedAt} />,
          Admitted: connection.admittedAt && <Time at={connection.admittedAt} />,
          'Last activity': <Time at={connection.lastActiveAt} />,
          'User agent': connection.userAgent && <bdi>{connection.userAgent}</bdi>,
        }}
      />
      <Timeline events={events} />
    </Page>
  );
}
