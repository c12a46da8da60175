import { Link } from '@tanstack/react-router';
import { type ServiceDto } from '@switchboard/client/rest';
import { Page } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Command } from '../../../ui/content/values.js';
import { defined } from '../../../ui/forms/form-values.js';
import { publicUrl, sdk } from '../../app/client.js';
import { List } from '../../data/list/list.js';
import { NewService } from './new-service.js';

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
