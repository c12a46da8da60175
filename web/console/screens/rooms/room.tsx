import { type PresentMemberDto, type RoomDto } from '@switchboard/client/rest';
import { getRouteApi, Link } from '@tanstack/react-router';
import { Facts } from '../../../ui/content/facts.js';
import { Page, Panel } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { number } from '../../../ui/content/format.js';
import { Time } from '../../../ui/content/time.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';
import { Connected } from '../../data/live/connected.js';
import { List } from '../../data/list/list.js';
import { LoadedPage } from '../../data/loaded.js';
import { useLiveQuery } from '../../data/live/use-live-query.js';
import { Endpoints } from './endpoints.js';
import { Messages } from './messages.js';
import { ReadAlong } from './read-along.js';
import { DeleteRoom, PublishToRoom } from './room-actions.js';

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

const presenceColumns: readonly Column<PresentMemberDto>[] = [
  { header: 'Identity', cell: ({ identity }) => <bdi>{identity}</bdi> },
  { header: 'May', cell: ({ permissions }) => permissions },
  { header: 'Since', cell: ({ connectedAt }) => <Time at={connectedAt} /> },
];

interface PresentProps {
  readonly path: { readonly id: number; readonly name: string };
  readonly permission: 'read' | 'write';
}

/** How many of the connected members have a permission. */
function Present({ path, permission }: PresentProps) {
  const { data } = useLiveQuery(['presence', path], (signal) =>
    sdk.applicationRooms.presence({ path, query: { limit: 200 }, signal }),
  );
  if (data === undefined) return '–';
  const count = data.items.filter(({ permissions }) => permissions.includes(permission)).length;
  return `${data.nextCursor === null ? '' : 'more than '}${number(count)}`;
}

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
      actions={
        <>
          <PublishToRoom path={path} />
          <DeleteRoom path={path} />
        </>
      }
    >
      <Facts
        facts={{
          Durable: room.durable ? 'yes' : 'no: messages are relayed, not kept',
          'Keeps at most': room.durable ? (room.historyLimit ?? 'all messages') : undefined,
          'Keeps days': room.durable ? (room.retentionDays ?? 'for ever') : undefined,
          Created: <Time at={room.createdAt} />,
          'Readers now': <Present path={path} permission="read" />,
          'Writers now': <Present path={path} permission="write" />,
          Connections: <Connected which={{ application, room: room.name }} />,
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
