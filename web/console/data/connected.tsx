import { type ConnectionsListData } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { plural } from '../../ui/content/format.js';
import { sdk } from '../app/client.js';
import { useLiveQuery } from './use-live-query.js';

/** Which connections, as the API and the address of their list have it. */
export type Which = Omit<NonNullable<ConnectionsListData['query']>, 'limit' | 'cursor'>;

/** How many there are, and which nodes did not say. */
export const useConnectionCount = (which: Which) =>
  useLiveQuery(['connections count', which], async (signal) => {
    const { total, missing } = await sdk.connections.list({ query: { ...which, limit: 1 }, signal });
    return { total, missing };
  });

/** How many are connected now, as a link to them. */
export function Connected({ which }: { which: Which }) {
  const { data } = useConnectionCount(which);
  return (
    <Link to="/connections" search={which}>
      {data === undefined ? 'show' : plural(data.total, 'connection')}
    </Link>
  );
}

/** How many connections something will close, as far as that is known. */
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
