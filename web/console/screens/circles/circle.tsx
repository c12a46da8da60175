import { useQuery } from '@tanstack/react-query';
import { type CircleDeviceDto, type CircleDto, type ConversationDto, type MemberDto } from '@switchboard/client/rest';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { Facts } from '../../../ui/content/facts.js';
import { Page, Panel } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id } from '../../../ui/content/values.js';
import { Badge } from '../../../ui/feedback/notice.js';
import { TextField } from '../../../ui/forms/fields.js';
import { bytes } from '../../../ui/content/format.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { sdk } from '../../app/client.js';
import { Closes, Connected } from '../../data/live/connected.js';
import { List } from '../../data/list/list.js';
import { LoadedPage } from '../../data/loaded.js';
import { useLiveQuery } from '../../data/live/use-live-query.js';

const route = getRouteApi('/circles/$id');

export function Circle() {
  const id = Number(route.useParams().id);
  const circle = useLiveQuery(['circle', id], (signal) => sdk.circles.get({ path: { id }, signal }));
  return (
    <LoadedPage title="Circle" query={circle}>
      {(data) => <Details circle={data} />}
    </LoadedPage>
  );
}

const online = (isOnline: boolean) => (isOnline ? <Badge tone="good">online</Badge> : <Badge>offline</Badge>);

const memberColumns: readonly Column<MemberDto>[] = [
  {
    header: 'Member',
    cell: ({ id, email }) => (
      <Link to="/accounts/$id" params={{ id: String(id) }}>
        <bdi>{email}</bdi>
      </Link>
    ),
  },
  { header: 'Role', cell: ({ privilege }) => privilege },
  { header: 'State', cell: ({ isOnline }) => online(isOnline) },
  { header: 'Joined', cell: ({ joinedAt }) => <Time at={joinedAt} /> },
];

const deviceColumns: readonly Column<CircleDeviceDto>[] = [
  { header: 'Device', cell: ({ name }) => <bdi>{name}</bdi> },
  { header: 'Username', cell: ({ username }) => <Id value={username} what="the username" /> },
  { header: 'State', cell: ({ isOnline }) => online(isOnline) },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

const conversationColumns: readonly Column<ConversationDto>[] = [
  { header: 'Conversation', cell: ({ name }) => <bdi>{name}</bdi> },
  { header: 'Members', cell: ({ members }) => members.length, numeric: true },
  { header: 'Devices', cell: ({ deviceAccess }) => (deviceAccess ? 'yes' : 'no') },
  { header: 'Changed', cell: ({ updatedAt }) => <Time at={updatedAt} /> },
];

function Details({ circle: { id, name, createdAt, privilege } }: { circle: CircleDto }) {
  const navigate = useNavigate();
  const path = { id };
  // An admin of the circle; a role on the server gives no rights in it.
  const isAdmin = privilege === 'ADMIN';
  const media = useQuery({
    queryKey: ['media of circle', id],
    queryFn: ({ signal }) => sdk.circleMediaUsage.get({ path, signal }),
  });
  return (
    <Page
      title={name}
      above={[<Link to="/circles">Circles</Link>]}
      beside={<Id value={String(id)} />}
      actions={
        <>
          <FormDialog
            label="Rename"
            submit="Save name"
            onSubmit={(values) => sdk.circles.update({ path, body: { name: values.text('name') } })}
            says={() => 'Name saved'}
          >
            <TextField name="name" label="Name" required maxLength={100} defaultValue={name} />
          </FormDialog>
          {isAdmin && (
            <ConfirmDialog
              verb="Delete circle"
              title={`Delete circle ${name}?`}
              onConfirm={() => sdk.circles.delete({ path })}
              says="Circle deleted"
              onDone={() => navigate({ to: '/circles' })}
            >
              <Closes which={{ circle: String(id) }} />
              <p>Its conversations, messages, media and devices are deleted. This cannot be undone.</p>
            </ConfirmDialog>
          )}
        </>
      }
    >
      <Facts
        facts={{
          'Your part': privilege ?? 'none',
          Created: <Time at={createdAt} />,
          Media: media.data && bytes(media.data.usedBytes),
          Connections: <Connected which={{ circle: String(id) }} />,
        }}
      />
      <Members id={id} isAdmin={isAdmin} />
      <Devices id={id} />
      <Conversations id={id} />
    </Page>
  );
}

function Members({ id, isAdmin }: { id: number; isAdmin: boolean }) {
  return (
    <Panel title="Members">
      <List
        name="members"
        label="Members"
        load={(query, _search, signal) => sdk.circles.listMembers({ path: { id }, query, signal })}
        columns={memberColumns}
        keyOf={(member) => member.id}
        rowActions={
          isAdmin
            ? (member) => (
                <ConfirmDialog
                  verb="Remove"
                  title={`Remove ${member.email}?`}
                  onConfirm={() => sdk.circles.deleteMember({ path: { id, userId: member.id } })}
                  says="Member removed"
                >
                  <p>The member leaves this circle and its conversations at once.</p>
                </ConfirmDialog>
              )
            : undefined
        }
        live
        empty={{ title: 'No members' }}
      />
    </Panel>
  );
}

function Devices({ id }: { id: number }) {
  return (
    <Panel title="Devices">
      <List
        name="devices"
        label="Devices"
        prefix="devices."
        load={(query, _search, signal) => sdk.devices.list({ path: { id }, query, signal })}
        columns={deviceColumns}
        keyOf={(device) => device.id}
        live
        empty={{ title: 'No devices' }}
      />
    </Panel>
  );
}

function Conversations({ id }: { id: number }) {
  return (
    <Panel title="Conversations">
      <List
        name="conversations"
        label="Conversations"
        prefix="conversations."
        load={(query, _search, signal) => sdk.conversations.list({ path: { id }, query, signal })}
        columns={conversationColumns}
        keyOf={(conversation) => conversation.id}
        empty={{ title: 'No conversations that you take part in' }}
      />
    </Panel>
  );
}
