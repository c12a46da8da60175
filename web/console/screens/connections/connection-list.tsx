import { type ReactNode } from 'react';
import { sdk } from '../../app/client.js';
import { useMay } from '../../app/rights/may.js';
import { type Search } from '../../app/search.js';
import { List } from '../../data/list/list.js';
import { liveColumns } from './columns.js';
import { ConnectionActions } from './connection-actions.js';
import { CONNECTION_FILTERS, connectionQuery } from './places.js';

interface ConnectionListProps {
  readonly name: string;
  /** Conditions besides those in the address. */
  readonly fixed?: Search;
  readonly filters?: boolean;
  readonly empty: { readonly title: string; readonly children?: ReactNode };
}

/** The open connections. */
export function ConnectionList({ name, fixed = {}, filters, empty }: ConnectionListProps) {
  const may = useMay();
  return (
    <List
      name={name}
      label="Connections"
      load={(paging, search, signal) =>
        sdk.connections.list({ query: { ...paging, ...connectionQuery({ ...search, ...fixed }) }, signal })
      }
      columns={liveColumns}
      keyOf={({ id }) => id}
      {...(filters === true && { searchLabel: 'Anything known of it', filters: CONNECTION_FILTERS })}
      rowActions={may('connections.delete') ? (connection) => <ConnectionActions connection={connection} /> : undefined}
      live
      empty={empty}
    />
  );
}
