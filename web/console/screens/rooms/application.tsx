import { type ApplicationDto, type ApplicationKeyDto, type RoomDto } from '@switchboard/client/rest';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { Page, Panel } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id, Secrets } from '../../../ui/content/values.js';
import { TextField } from '../../../ui/forms/fields.js';
import { defined } from '../../../ui/forms/form-values.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { sdk } from '../../app/client.js';
import { May, useMay } from '../../app/rights/may.js';
import { Closes, Connected } from '../../data/live/connected.js';
import { List } from '../../data/list/list.js';
import { LoadedPage } from '../../data/loaded.js';
import { useLiveQuery } from '../../data/live/use-live-query.js';
import { keepKey } from './application-key.js';
import { NewRoom } from './room-actions.js';

const route = getRouteApi('/rooms/$application');

export function Application() {
  const id = Number(route.useParams().application);
  const application = useLiveQuery(['application', id], (signal) => sdk.applications.get({ path: { id }, signal }));
  return (
    <LoadedPage title="Application" query={application}>
      {(data) => <Details application={data} />}
    </LoadedPage>
  );
}

const roomColumns = (application: string): readonly Column<RoomDto>[] => [
  {
    header: 'Room',
    cell: ({ name }) => (
      <Link to="/rooms/$application/$room" params={{ application, room: name }}>
        <bdi>{name}</bdi>
      </Link>
    ),
  },
  { header: 'Durable', cell: ({ durable }) => (durable ? 'yes' : 'no') },
  { header: 'Keeps at most', cell: ({ historyLimit }) => historyLimit ?? 'all', numeric: true },
  { header: 'Keeps days', cell: ({ retentionDays }) => retentionDays ?? 'for ever', numeric: true },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

function Details({ application }: { application: ApplicationDto }) {
  const { id, name, createdAt } = application;
  const path = { id };
  return (
    <Page
      title={name}
      above={[<Link to="/rooms">Rooms</Link>]}
      beside={
        <>
          <Id value={String(id)} />
          <span>
            since <Time at={createdAt} />
          </span>
          <Connected which={{ application: String(id) }} />
        </>
      }
      actions={<Actions application={application} />}
    >
      <Panel title="Rooms of this application" actions={<NewRoom application={id} />}>
        <List
          name="rooms"
          label="Rooms"
          load={(paging, { q }, signal) =>
            sdk.applicationRooms.list({ path, query: { ...paging, ...defined({ q }) }, signal })
          }
          columns={roomColumns(String(id))}
          keyOf={(room) => room.name}
          searchLabel="Name"
          empty={{
            title: 'No rooms yet',
            children: <p>The application makes them with its API key, or you do here.</p>,
          }}
        />
      </Panel>
      <Keys id={id} />
    </Page>
  );
}

function Actions({ application: { id, name } }: { application: ApplicationDto }) {
  const navigate = useNavigate();
  const path = { id };
  return (
    <>
      <May do="applications.update">
        <FormDialog
          label="Rename"
          submit="Save name"
          onSubmit={(values) => sdk.applications.update({ path, body: { name: values.text('name') } })}
          says={() => 'Name saved'}
        >
          <TextField name="name" label="Name" required maxLength={100} defaultValue={name} />
        </FormDialog>
      </May>
      <May do="applications.delete">
        <ConfirmDialog
          verb="Delete application"
          title={`Delete application ${name}?`}
          onConfirm={() => sdk.applications.delete({ path })}
          says="Application deleted"
          onDone={() => navigate({ to: '/rooms' })}
        >
          <Closes which={{ application: String(id) }} />
          <p>Its rooms with their messages, endpoints and keys are deleted. This cannot be undone.</p>
        </ConfirmDialog>
      </May>
    </>
  );
}

const keyColumns: readonly Column<ApplicationKeyDto>[] = [
  { header: 'Key', cell: ({ prefix }) => <code>{prefix}…</code> },
  { header: 'Id', cell: ({ id }) => id, numeric: true },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { header: 'Last used', cell: ({ lastUsedAt }) => (lastUsedAt === null ? 'never' : <Time at={lastUsedAt} />) },
];

function Keys({ id }: { id: number }) {
  const may = useMay();
  return (
    <Panel
      title="Keys"
      actions={
        <May do="applications.createKey">
          <FormDialog
            label="New key"
            icon={<Plus size={14} aria-hidden />}
            submit="Create key"
            onSubmit={() => sdk.applications.createKey({ path: { id } })}
            onDone={({ apiKey }) => {
              keepKey(id, apiKey);
            }}
            result={({ apiKey }) => <Secrets secrets={{ 'API key': apiKey }} />}
          >
            <p>Keys work side by side: change programs to the new one, then delete the old one.</p>
          </FormDialog>
        </May>
      }
    >
      <List
        name="keys"
        label="Keys"
        prefix="keys."
        load={(query, _search, signal) => sdk.applications.listKeys({ path: { id }, query, signal })}
        columns={keyColumns}
        keyOf={(key) => key.id}
        rowActions={
          may('applications.deleteKey')
            ? ({ id: keyId, prefix }) => (
                <ConfirmDialog
                  verb="Delete key"
                  title={`Delete key ${prefix}…?`}
                  onConfirm={() => sdk.applications.deleteKey({ path: { id, keyId } })}
                  says="Key deleted"
                >
                  <p>Programs that use it are refused from now on, and what was made with it is closed.</p>
                </ConfirmDialog>
              )
            : undefined
        }
        empty={{ title: 'No keys', children: <p>Without a key no program can use this application.</p> }}
      />
    </Panel>
  );
}
