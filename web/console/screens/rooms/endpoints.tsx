import { type AdminEndpointDto } from '@switchboard/client/rest';
import { Panel } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { defined } from '../../../ui/forms/form-values.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';
import { Closes } from '../../data/live/connected.js';
import { List } from '../../data/list/list.js';
import { TryIt } from '../../data/try-it.js';
import { NewEndpoint } from './room-actions.js';
import { type EndpointRow, EndpointState, withSockets } from './endpoint-state.js';

/** Sockets of a room that are counted by endpoint. */
const MOST_SOCKETS = 200;

interface EndpointsProps {
  /** The room's name, and its application's id. */
  readonly path: { readonly id: number; readonly name: string };
}

const columns: readonly Column<EndpointRow>[] = [
  { header: 'Identity', cell: ({ identity }) => <bdi>{identity}</bdi> },
  { header: 'State', cell: (endpoint) => <EndpointState endpoint={endpoint} /> },
  { header: 'May', cell: ({ permissions }) => permissions, extra: true },
  { header: 'Expires', cell: ({ expiresAt }) => (expiresAt === null ? 'never' : <Time at={expiresAt} />) },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { header: 'Id', cell: ({ id }) => id, numeric: true },
];

/** The endpoints of a room, and what keeps them from hearing its messages. */
export function Endpoints({ path }: EndpointsProps) {
  return (
    <Panel title="Endpoints" actions={<NewEndpoint path={path} />}>
      <List
        name="endpoints"
        label="Endpoints"
        load={async (paging, { identity }, signal) => {
          const place = { application: String(path.id), room: path.name, limit: MOST_SOCKETS };
          const [page, { items, total }] = await Promise.all([
            sdk.applicationRooms.listEndpoints({ path, query: { ...paging, ...defined({ identity }) }, signal }),
            sdk.connections.list({ query: place, signal }),
          ]);
          return { ...page, items: withSockets(page.items, items, total) };
        }}
        columns={columns}
        keyOf={({ id }) => id}
        filters={[{ name: 'identity', label: 'Identity' }]}
        live
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
        <Closes which={{ principal: `endpoint:${id}` }} />
        <p>Its code is refused until the revocation is lifted.</p>
      </ConfirmDialog>
    </May>
  );
}
