import { Link, useNavigate } from '@tanstack/react-router';
import { type ServiceDto } from '@switchboard/client/rest';
import { Plus } from 'lucide-react';
import { buttonClass } from '../../../ui/actions/button.js';
import { Page } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Command, Secrets } from '../../../ui/content/values.js';
import { defined } from '../../../ui/forms/form-values.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { publicUrl, sdk } from '../../app/client.js';
import { List } from '../../data/list.js';
import { TryIt } from '../../data/try-it.js';
import { ServiceFields, serviceOf } from './service-fields.js';

const columns: readonly Column<ServiceDto>[] = [
  {
    header: 'Title',
    cell: ({ id, title }) => (
      <Link to="/services/$id" params={{ id: String(id) }}>
        <bdi>{title}</bdi>
      </Link>
    ),
  },
  { header: 'Id', cell: ({ id }) => id, numeric: true },
  { header: 'Public code', cell: ({ allowPublicCode }) => (allowPublicCode ? 'yes' : 'no') },
  { header: 'Several hosts', cell: ({ allowMultipleHosts }) => (allowMultipleHosts ? 'yes' : 'no') },
  { header: 'Guest limit', cell: ({ guestLimit }) => guestLimit ?? 'none', numeric: true },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { header: 'Changed', cell: ({ updatedAt }) => <Time at={updatedAt} />, extra: true },
];

export function Services() {
  return (
    <Page title="Services" actions={<NewService />}>
      <List
        name="services"
        label="Services"
        load={(paging, { q }, signal) => sdk.services.list({ query: { ...paging, ...defined({ q }) }, signal })}
        columns={columns}
        keyOf={({ id }) => id}
        searchLabel="Title"
        empty={{
          title: 'No services yet',
          children: (
            <>
              <p>A service is one exhibition: hosts, clients and guests that talk to each other.</p>
              <Command>
                {`curl -X POST ${publicUrl}/api/v1/services -H "Authorization: Bearer $TOKEN" \\\n  -H 'Content-Type: application/json' -d '{"title":"Planetarium","allowPublicCode":true}'`}
              </Command>
            </>
          ),
        }}
      />
    </Page>
  );
}

function NewService() {
  const navigate = useNavigate();
  return (
    <FormDialog
      label="New service"
      kind="main"
      icon={<Plus size={14} aria-hidden />}
      submit="Create service"
      onSubmit={(values) => sdk.services.create({ body: { title: values.text('title'), ...serviceOf(values) } })}
      result={({ id, hostToken, clientToken }) => (
        <Secrets secrets={{ 'Host token': hostToken, 'Client token': clientToken }}>
          <TryIt channel="services" about="the new service, as its host" credential={hostToken} />
          <button
            type="button"
            className={buttonClass('main')}
            onClick={() => void navigate({ to: '/services/$id', params: { id: String(id) } })}
          >
            Show service
          </button>
        </Secrets>
      )}
    >
      <ServiceFields />
    </FormDialog>
  );
}
