import { type IotaDto } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { Page } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id, Secrets } from '../../../ui/content/values.js';
import { Badge } from '../../../ui/feedback/notice.js';
import { TextField } from '../../../ui/forms/fields.js';
import { defined } from '../../../ui/forms/form-values.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';
import { List } from '../../data/list/list.js';

const columns: readonly Column<IotaDto>[] = [
  {
    header: 'Name',
    cell: ({ iotaId, name }) => (
      <Link to="/home-servers/$id" params={{ id: iotaId }}>
        <bdi>{name}</bdi>
      </Link>
    ),
  },
  { header: 'State', cell: ({ online }) => (online ? <Badge tone="good">online</Badge> : <Badge>offline</Badge>) },
  { header: 'Node', cell: ({ node }) => node && <code>{node}</code> },
  { header: 'Id', cell: ({ iotaId }) => <Id value={iotaId} /> },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

export function HomeServers() {
  return (
    <Page title="Home servers" actions={<NewHomeServer />}>
      <List
        name="home-servers"
        label="Home servers"
        load={(query, _search, signal) => sdk.iotas.list({ query, signal })}
        columns={columns}
        keyOf={({ iotaId }) => iotaId}
        live
        empty={{
          title: 'No home servers yet',
          children: <p>A home server (Iota) holds the profiles of a family or a company. Make one to get its token.</p>,
        }}
      />
    </Page>
  );
}

function NewHomeServer() {
  return (
    <May do="iotas.create">
      <FormDialog
        label="New home server"
        kind="main"
        icon={<Plus size={14} aria-hidden />}
        submit="Create home server"
        onSubmit={(values) =>
          sdk.iotas.create({
            body: { name: values.text('name'), ...defined({ iotaId: values.text('iotaId').trim() }) },
          })
        }
        result={({ token, iotaId }) => (
          <Secrets secrets={{ Token: token }}>
            <p>
              Its id: <Id value={iotaId} />
            </p>
          </Secrets>
        )}
      >
        <TextField name="name" label="Name" required />
        <TextField name="iotaId" label="Id" hint="A UUID; empty: one is made." />
      </FormDialog>
    </May>
  );
}
