import { defined } from '../../../ui/forms/form-values.js';
import { sdk } from '../../app/client.js';
import { List } from '../../data/list/list.js';
import { endedColumns } from './columns.js';
import { CONNECTION_FILTERS, connectionQuery } from './places.js';

/** The close code in an address, if there is one. */
const codeOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{4}$/.test(text) ? Number(text) : undefined;

/** The most recently ended connections, as remembered by each node. */
export function EndedList() {
  return (
    <List
      name="ended connections"
      label="Ended connections"
      load={(paging, { code, ...search }, signal) =>
        sdk.connections.listEnded({
          query: { ...paging, ...connectionQuery(search), ...defined({ code: codeOf(code) }) },
          signal,
        })
      }
      columns={endedColumns}
      keyOf={({ id }) => id}
      searchLabel="Anything known of it"
      filters={[{ name: 'code', label: 'Code' }, ...CONNECTION_FILTERS]}
      live
      empty={{
        title: 'None has ended yet',
        children: <p>Each node remembers the last 1,000, with code and reason, until it restarts.</p>,
      }}
    />
  );
}
