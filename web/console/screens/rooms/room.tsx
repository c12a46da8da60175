import { type AdminEndpointDto, type PresentMemberDto, type RoomDto } from '@switchboard/client/rest';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Facts } from '../../../ui/content/facts.js';
import { Page, Panel } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time, useNow } from '../../../ui/content/time.js';
import { Badge } from '../../../ui/feedback/notice.js';
import { defined } from '../../../ui/forms/form-values.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';
import { List } from '../../data/list.js';
import { LoadedPage } from '../../data/loaded.js';
import { TryIt } from '../../data/try-it.js';
import { useLiveQuery } from '../../data/use-live-query.js';
import { Messages } from './messages.js';
import { ReadAlong } from './read-along.js';

const route = getRouteApi('/rooms/$application/$room');

export function Room() {
  const { application, room } = route.useParams();
  const path = { id: Number(application), name: room };
  const query = useLiveQuery(['room', path], (signal) => sdk.applicationRooms.get({ path, signal }));
  return (
    <LoadedPage title="Room" query={query}>
      {(data) => <Details application={application} room={data} />}
    </LoadedPage>
  );
}

const endpointColumns: readonly Column<AdminEndpointDto>[] = [
  { header: 'Identity', cell: ({ identity }) => <bdi>{identity}</bdi> },
  { header: 'May', cell: ({ permissions }) => permissions },
  { header: 'Expires', cell: ({ expiresAt }) => <Expiry at={expiresAt} /> },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { header: 'Id', cell: ({ id }) => id, numeric: true },
];

function Expiry({ at }: { at: string | null }) {
  const now = useNow();
  if (at === null) return 'never';
  if (Date.parse(at) > now) return <Time at={at} />;
  return (
    <>
      <Badge tone="bad">expired</Badge> <Time at={at} />
    </>
  );
}

const presenceColumns: readonly Column<PresentMemberDto>[] = [
  { header: 'Identity', cell: ({ identity }) => <bdi>{identity}</bdi> },
  { header: 'May', cell: ({ permissions }) => permissions },
  { header: 'Since', cell: ({ connectedAt }) => <Time at={connectedAt} /> },
];

function Details({ application, room }: { application: string; room: RoomDto }) {
  const path = { id: Number(application), name: room.name };
  return (
    <Page
      title={room.name}
      above={[
        <Link to="/rooms">Rooms</Link>,
        <Link to="/rooms/$application" params={{ application }}>
          Application {application}
        </Link>,
      ]}
    >
      <Facts
        facts={{
          Durable: room.durable ? 'yes' : 'no: messages are relayed, not kept',
          'Keeps at most': room.durable ? (room.historyLimit ?? 'all messages') : undefined,
          'Keeps days': room.durable ? (room.retentionDays ?? 'for ever') : undefined,
          Created: <Time at={room.createdAt} />,
          Connections: (
            <Link to="/connections" search={{ application, room: room.name }}>
              show
            </Link>
          ),
        }}
      />
      {room.durable && (
        <May do="applicationRooms.listMessages">
          <Messages path={path} />
        </May>
      )}
      <ReadAlong path={path} key={room.name} />
      <Panel title="Connected now">
        <List
          name="presence"
          label="Connected now"
          prefix="presence."
          load={(query, _search, signal) => sdk.applicationRooms.presence({ path, query, signal })}
          columns={presenceColumns}
          keyOf={({ identity, connectedAt }) => `${identity} ${connectedAt}`}
          live
          empty={{ title: 'Nobody is connected to this room' }}
        />
      </Panel>
      <Endpoints path={path} />
    </Page>
  );
}

function Endpoints({ path }: { path: { id: number; name: string } }) {
  return (
    <Panel title="Endpoints">
      <List
        name="endpoints"
        label="Endpoints"
        load={(paging, { identity }, signal) =>
          sdk.applicationRooms.listEndpoints({ path, query: { ...paging, ...defined({ identity }) }, signal })
        }
        columns={endpointColumns}
        keyOf={({ id }) => id}
        filters={[{ name: 'identity', label: 'Identity' }]}
        rowActions={(endpoint) => <EndpointActions endpoint={endpoint} />}
        empty={{
          title: 'No endpoints yet',
          children: <p>An endpoint is one seat in the room, with a code of its own.</p>,
        }}
      />
    </Panel>
  );
}

function EndpointActions({ endpoint }: { endpoint: AdminEndpointDto }) {
  return (
    <>
      <TryIt channel="rooms" about={`the endpoint of ${endpoint.identity} in ${endpoint.room}: bring its code`} />
      <RevokeEndpoint endpoint={endpoint} />
    </>
  );
}

function RevokeEndpoint({ endpoint: { id, identity } }: { endpoint: AdminEndpointDto }) {
  return (
    <May do="revocations.create">
      <ConfirmDialog
        verb="Revoke"
        title={`Revoke the endpoint of ${identity}?`}
        asksReason
        onConfirm={(reason) => sdk.revocations.create({ body: { endpoint: String(id), ...defined({ reason }) } })}
        says="Revoked; its sockets are closed"
      >
        <p>Its sockets are closed on all nodes, and its code is refused until the revocation is lifted.</p>
      </ConfirmDialog>
    </May>
  );
}
