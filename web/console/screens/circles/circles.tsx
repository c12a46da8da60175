import { type CircleDto } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { Page } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { sdk } from '../../app/client.js';
import { List } from '../../data/list/list.js';

const columns: readonly Column<CircleDto>[] = [
  {
    header: 'Name',
    cell: ({ id, name }) => (
      <Link to="/circles/$id" params={{ id: String(id) }}>
        <bdi>{name}</bdi>
      </Link>
    ),
  },
  { header: 'Id', cell: ({ id }) => id, numeric: true },
  { header: 'Your part', cell: ({ privilege }) => privilege ?? 'none' },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

export function Circles() {
  return (
    <Page title="Circles">
      <p>These are the circles that you are a member of.</p>
      <List
        name="circles"
        label="Circles"
        load={(query, _search, signal) => sdk.circles.list({ query, signal })}
        columns={columns}
        keyOf={({ id }) => id}
        empty={{ title: 'You are in no circle' }}
      />
    </Page>
  );
}
