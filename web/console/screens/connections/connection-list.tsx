import { Link } from '@tanstack/react-router';
import { type ConnectionDto } from '@switchboard/client/rest';
import { type ReactNode } from 'react';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id } from '../../../ui/content/values.js';
import { defined } from '../../../ui/forms/form-values.js';
import { sdk } from '../../app/client.js';
import { oneOf, type Search } from '../../app/search.js';
import { List } from '../../data/list.js';
import { ConnectionActions } from './connection-actions.js';
import { PROTOCOLS, PLACES } from './places.js';

const columns: readonly Column<ConnectionDto>[] = [
  { header: 'Principal', cell: ({ principal }) => (principal ? <bdi>{principal.label}</bdi> : 'not yet known') },
  { header: 'Kind', cell: ({ principal }) => principal?.kind },
  { header: 'Protocol', cell: ({ protocol }) => protocol },
  { header: 'Transport', cell: ({ transport }) => transport },
  { header: 'Where', cell: (connection) => <Where connection={connection} /> },
  { header: 'Address', cell: ({ address }) => address },
  { header: 'Since', cell: ({ connectedAt }) => <Time at={connectedAt} /> },
  {
    header: 'Node',
    cell: ({ node }) => <code>{node}</code>,
    extra: true,
  },
  { header: 'Id', cell: ({ id }) => <Id value={id} />, extra: true },
];

function Where({ connection: { service, session, application, room, circle } }: { connection: ConnectionDto }) {
  if (service !== null && session !== null) {
    return (
      <Link to="/services/$id/sessions/$session" params={{ id: service, session }}>
        session of service {service}
      </Link>
    );
  }
  if (service !== null) {
    return (
      <Link to="/services/$id" params={{ id: service }}>
        service {service}
      </Link>
    );
  }
  if (application !== null && room !== null) {
    return (
      <Link to="/rooms/$application/$room" params={{ application, room }}>
        <bdi>room {room}</bdi>
      </Link>
    );
  }
  if (circle === null) return '–';
  return (
    <Link to="/circles/$id" params={{ id: circle }}>
      circle {circle}
    </Link>
  );
}

interface ConnectionListProps {
  readonly name: string;
  /** What all of them have in common, besides what the address asks for. */
  readonly fixed?: Search;
  readonly filters?: boolean;
  readonly empty: { readonly title: string; readonly children?: ReactNode };
}

/** Who is connected. */
export function ConnectionList({ name, fixed = {}, filters, empty }: ConnectionListProps) {
  return (
    <List
      name={name}
      label="Connections"
      load={(paging, search, signal) => {
        const { protocol, ...places } = { ...search, ...fixed };
        const known = Object.fromEntries(['q', ...PLACES].map((place) => [place, places[place]]));
        const query = { ...paging, ...defined({ ...known, protocol: oneOf(PROTOCOLS, protocol) }) };
        return sdk.connections.list({ query, signal });
      }}
      columns={columns}
      keyOf={({ id }) => id}
      {...(filters === true && {
        searchLabel: 'Anything known of it',
        filters: [
          { name: 'protocol', label: 'Protocol', options: PROTOCOLS },
          ...PLACES.map((place) => ({
            name: place,
            label: `${place.charAt(0).toUpperCase()}${place.slice(1)}`,
            more: true,
          })),
        ],
      })}
      rowActions={(connection) => <ConnectionActions connection={connection} />}
      live
      empty={empty}
    />
  );
}
