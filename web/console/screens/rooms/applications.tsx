import { type ApplicationDto } from '@switchboard/client/rest';
import { Link, useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { buttonClass } from '../../../ui/actions/button.js';
import { Page } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Command, Secrets } from '../../../ui/content/values.js';
import { TextField } from '../../../ui/forms/fields.js';
import { defined } from '../../../ui/forms/form-values.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { publicUrl, sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';
import { List } from '../../data/list/list.js';
import { keepKey } from './application-key.js';

const columns: readonly Column<ApplicationDto>[] = [
  {
    header: 'Application',
    cell: ({ id, name }) => (
      <Link to="/rooms/$application" params={{ application: String(id) }}>
        <bdi>{name}</bdi>
      </Link>
    ),
  },
  { header: 'Id', cell: ({ id }) => id, numeric: true },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { header: 'Changed', cell: ({ updatedAt }) => <Time at={updatedAt} />, extra: true },
];

export function Applications() {
  return (
    <Page title="Rooms" actions={<NewApplication />}>
      <List
        name="applications"
        label="Applications"
        load={(paging, { q }, signal) => sdk.applications.list({ query: { ...paging, ...defined({ q }) }, signal })}
        columns={columns}
        keyOf={({ id }) => id}
        searchLabel="Name"
        empty={{
          title: 'No applications yet',
          children: (
            <>
              <p>Rooms belong to applications: make one, and it makes rooms and endpoints with its API key.</p>
              <Command>
                {`curl -X POST ${publicUrl}/api/v1/applications -H "Authorization: Bearer $TOKEN" \\\n  -H 'Content-Type: application/json' -d '{"name":"Chat"}'`}
              </Command>
            </>
          ),
        }}
      />
    </Page>
  );
}

function NewApplication() {
  const navigate = useNavigate();
  return (
    <May do="applications.create">
      <FormDialog
        label="New application"
        kind="main"
        icon={<Plus size={14} aria-hidden />}
        submit="Create application"
        onSubmit={(values) => sdk.applications.create({ body: { name: values.text('name') } })}
        onDone={({ id, apiKey }) => {
          keepKey(id, apiKey);
        }}
        result={({ id, apiKey }) => (
          <Secrets secrets={{ 'API key': apiKey }}>
            <button
              type="button"
              className={buttonClass('main')}
              onClick={() => void navigate({ to: '/rooms/$application', params: { application: String(id) } })}
            >
              Show application
            </button>
          </Secrets>
        )}
      >
        <TextField name="name" label="Name" required maxLength={100} />
      </FormDialog>
    </May>
  );
}
