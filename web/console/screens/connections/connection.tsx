import { type ConnectionDto, type EndedConnectionDto, paginate, SwitchboardProblem } from '@switchboard/client/rest';
import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link } from '@tanstack/react-router';
import { type ReactNode } from 'react';
import { bytes, number } from '../../../ui/content/format.js';
import { Facts, Stats } from '../../../ui/content/facts.js';
import { Page } from '../../../ui/content/page.js';
import { Time } from '../../../ui/content/time.js';
import { Id } from '../../../ui/content/values.js';
import { Badge, Empty, Notice } from '../../../ui/feedback/notice.js';
import { sdk } from '../../app/client.js';
import { LoadedPage } from '../../data/loaded.js';
import { useLiveQuery } from '../../data/use-live-query.js';
import { ConnectionActions } from './connection-actions.js';
import { Where } from './where.js';

const route = getRouteApi('/connections/$id');
const above = [<Link to="/connections">Connections</Link>];

async function readLive(id: string, signal: AbortSignal): Promise<ConnectionDto | null> {
  try {
    return await sdk.connections.get({ path: { id }, signal });
  } catch (error) {
    if (error instanceof SwitchboardProblem && error.status === 404) return null;
    throw error;
  }
}

/** Its node remembers it for a while; the API lists those, it has no address for one. */
async function readEnded(id: string, signal: AbortSignal): Promise<EndedConnectionDto | null> {
  const node = id.slice(0, Math.max(0, id.lastIndexOf('-')));
  if (node === '') return null;
  const all = paginate(sdk.connections.listEnded, { query: { node, limit: 200 }, signal });
  for await (const item of all) if (item.id === id) return item;
  return null;
}

/** One connection, while it lives and as it ended. */
export function Connection() {
  const { id } = route.useParams();
  const live = useLiveQuery(['connection', id], (signal) => readLive(id, signal));
  return (
    <LoadedPage title="Connection" query={live}>
      {(connection) => (connection === null ? <Over id={id} /> : <Live connection={connection} />)}
    </LoadedPage>
  );
}

function Live({ connection }: { connection: ConnectionDto }) {
  return (
    <Details
      connection={connection}
      badge={<Badge tone="good">live</Badge>}
      actions={<ConnectionActions connection={connection} />}
    />
  );
}

function Over({ id }: { id: string }) {
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
          <Details connection={connection} badge={<Badge>ended</Badge>}>
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

interface DetailsProps {
  readonly connection: ConnectionDto;
  readonly badge: ReactNode;
  readonly actions?: ReactNode;
  readonly children?: ReactNode;
}

function Details({ connection, badge, actions, children }: DetailsProps) {
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
          'Last activity': <Time at={connection.lastActiveAt} />,
          'User agent': connection.userAgent && <bdi>{connection.userAgent}</bdi>,
        }}
      />
    </Page>
  );
}
