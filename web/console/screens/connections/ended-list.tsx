import { defined } from '../../../ui/forms/form-values.js';
import { sdk } from '../../app/client.js';
import { List } from '../../data/list.js';
import { endedColumns } from './columns.js';
import { CONNECTION_FILTERS, connectionQuery } from './places.js';

/** A close code of an address; nothing where it says none. */
const codeOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d{4}$/.test(text) ? Number(text) : undefined;

/** The last that ended, as each node remembers them. */
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
