import { type ConnectionsListData } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { plural } from '../../../ui/content/format.js';
import { sdk } from '../../app/client.js';
import { useLiveQuery } from './use-live-query.js';

/** A selection of connections, as the API and the address of their list express it. */
export type Which = Omit<NonNullable<ConnectionsListData['query']>, 'limit' | 'cursor'>;

/** The number of connections, and which nodes did not answer. */
export const useConnectionCount = (which: Which) =>
  useLiveQuery(['connections count', which], async (signal) => {
    const { total, missing } = await sdk.connections.list({ query: { ...which, limit: 1 }, signal });
    return { total, missing };
  });

/** The number of connections now, as a link to them. */
export function Connected({ which }: { which: Which }) {
  const { data } = useConnectionCount(which);
  return (
    <Link to="/connections" search={which}>
      {data === undefined ? 'show' : plural(data.total, 'connection')}
    </Link>
  );
}

/** The number of connections that something will close, as far as known. */
export function Closes({ which }: { which: Which }) {
  const { data } = useConnectionCount(which);
  if (data === undefined) return null;
  const silent = data.missing.length > 0 && `, and those of nodes that are silent: ${data.missing.join(', ')}`;
  return (
    <p>
      Closes {plural(data.total, 'connection')}
      {silent}.
    </p>
  );
}
