import { type IotaDto, type ProfileDto } from '@switchboard/client/rest';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { Facts } from '../../../ui/content/facts.js';
import { Page, Panel } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id, Secrets } from '../../../ui/content/values.js';
import { Badge } from '../../../ui/feedback/notice.js';
import { TextField } from '../../../ui/forms/fields.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { sdk } from '../../app/client.js';
import { May, useMay } from '../../app/rights/may.js';
import { Closes, Connected } from '../../data/live/connected.js';
import { List } from '../../data/list/list.js';
import { LoadedPage } from '../../data/loaded.js';
import { TryIt } from '../../data/try-it.js';
import { useLiveQuery } from '../../data/live/use-live-query.js';

const route = getRouteApi('/home-servers/$id');

export function HomeServer() {
  const { id: iotaId } = route.useParams();
  const iota = useLiveQuery(['iota', iotaId], (signal) => sdk.iotas.get({ path: { iotaId }, signal }));
  return (
    <LoadedPage title="Home server" query={iota}>
      {(data) => <Details iota={data} />}
    </LoadedPage>
  );
}

const identification = (iotaId: string): string =>
  JSON.stringify({ id: '1', type: 'identification', data: { iota_id: iotaId, user_ids: '' } }, null, 2);

function Details({ iota: { iotaId, name, online, node, createdAt } }: { iota: IotaDto }) {
  const navigate = useNavigate();
  const path = { iotaId };
  return (
    <Page
      title={name}
      above={[<Link to="/home-servers">Home servers</Link>]}
      beside={online ? <Badge tone="good">online</Badge> : <Badge>offline</Badge>}
      actions={
        <>
          <TryIt channel="iota" about={`home server ${name}`} frame={identification(iotaId)} />
          <May do="iotas.rotateToken">
            <FormDialog
              label="New token"
              submit="New token"
              onSubmit={() => sdk.iotas.rotateToken({ path })}
              result={({ token }) => (
                <Secrets secrets={{ 'New token': token }}>
                  <TryIt
                    channel="iota"
                    about={`home server ${name}`}
                    credential={token}
                    frame={identification(iotaId)}
                  />
                </Secrets>
              )}
            >
              <p>The old token stops working, and a socket that came with it is closed.</p>
            </FormDialog>
          </May>
          <May do="iotas.delete">
            <ConfirmDialog
              verb="Delete home server"
              title={`Delete home server ${name}?`}
              onConfirm={() => sdk.iotas.delete({ path })}
              says="Home server deleted"
              onDone={() => navigate({ to: '/home-servers' })}
            >
              <Closes which={{ principal: `iota:${iotaId}` }} />
              <p>Its profiles are deleted with it, and its sockets and those of its clients are closed.</p>
            </ConfirmDialog>
          </May>
        </>
      }
    >
      <Facts
        facts={{
          Id: <Id value={iotaId} />,
          Node: node && <code>{node}</code>,
          'Last seen': online ? 'now' : <LastSeen iotaId={iotaId} />,
          Created: <Time at={createdAt} />,
          Connections: <Connected which={{ principal: `iota:${iotaId}` }} />,
        }}
      />
      <Profiles iotaId={iotaId} />
    </Page>
  );
}

/** When its last connection ended; nodes only remember the most recent ones. */
function LastSeen({ iotaId }: { iotaId: string }) {
  const ended = useLiveQuery(['last seen', iotaId], (signal) =>
    sdk.connections.listEnded({ query: { principal: `iota:${iotaId}`, limit: 1 }, signal }),
  );
  if (ended.data === undefined) return '–';
  const [last] = ended.data.items;
  return last === undefined ? 'not remembered by any node' : <Time at={last.endedAt} />;
}

function NewProfile({ iotaId }: { iotaId: string }) {
  return (
    <May do="iotas.createProfile">
      <FormDialog
        label="New profile"
        icon={<Plus size={14} aria-hidden />}
        submit="Create profile"
        onSubmit={(values) =>
          sdk.iotas.createProfile({
            path: { iotaId },
            body: { userId: values.text('userId').trim(), privateKeyHash: values.text('privateKeyHash').trim() },
          })
        }
        says={() => 'Profile created'}
      >
        <TextField name="userId" label="User id" required hint="A UUID." />
        <TextField name="privateKeyHash" label="Hash of the private key" required hint="64 hexadecimal digits." />
      </FormDialog>
    </May>
  );
}

const profileColumns: readonly Column<ProfileDto>[] = [
  { header: 'User', cell: ({ userId }) => <Id value={userId} /> },
  {
    header: 'Clients',
    // Not their number: that would take a request per row.
    cell: ({ userId }) => (
      <Link to="/connections" search={{ principal: `profile:${userId}` }}>
        show
      </Link>
    ),
  },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

function Profiles({ iotaId }: { iotaId: string }) {
  const may = useMay();
  return (
    <Panel title="Profiles" actions={<NewProfile iotaId={iotaId} />}>
      <List
        name="profiles"
        label="Profiles"
        load={(query, _search, signal) => sdk.iotas.listProfiles({ path: { iotaId }, query, signal })}
        columns={profileColumns}
        keyOf={({ userId }) => userId}
        rowActions={
          may('iotas.deleteProfile')
            ? ({ userId }) => (
                <ConfirmDialog
                  verb="Delete profile"
                  title={`Delete profile ${userId}?`}
                  onConfirm={() => sdk.iotas.deleteProfile({ path: { iotaId, userId } })}
                  says="Profile deleted"
                >
                  <p>The sockets of this user are closed, and nobody finds the user here any more.</p>
                </ConfirmDialog>
              )
            : undefined
        }
        empty={{ title: 'No profiles yet', children: <p>A profile lets a user of this home server connect.</p> }}
      />
    </Panel>
  );
}
