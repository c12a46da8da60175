import { type AdminEndpointDto, type ConnectionDto } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { plural } from '../../../ui/content/format.js';
import { Time, useNow } from '../../../ui/content/time.js';
import { Badge } from '../../../ui/feedback/notice.js';

/** An endpoint with its number of sockets; `undefined` when the room has more than were read. */
export interface EndpointRow extends AdminEndpointDto {
  readonly sockets: number | undefined;
}

/** @param total of the room; `connections` may be fewer */
export function withSockets(
  endpoints: readonly AdminEndpointDto[],
  connections: readonly ConnectionDto[],
  total: number,
): readonly EndpointRow[] {
  const counts = new Map<string, number>();
  for (const { principal } of connections) {
    if (principal?.kind === 'endpoint') counts.set(principal.id, (counts.get(principal.id) ?? 0) + 1);
  }
  return endpoints.map((endpoint) => ({
    ...endpoint,
    sockets: counts.get(String(endpoint.id)) ?? (total > connections.length ? undefined : 0),
  }));
}

const MAY: Readonly<Record<AdminEndpointDto['permissions'], string>> = {
  read: 'hears, and may not speak',
  write: 'may speak, and hears nothing',
  readwrite: 'hears and may speak',
};

/** Why it hears or says nothing, or that all is well; obstacles to entry come first. */
export function EndpointState({ endpoint }: { endpoint: EndpointRow }) {
  const { id, revoked, expiresAt, sockets, permissions } = endpoint;
  const now = useNow();
  if (revoked)
    return (
      <>
        <Badge tone="bad">revoked</Badge> its code, or the key that made it, is refused:{' '}
        <Link to="/revocations">Revocations</Link>
      </>
    );
  if (expiresAt !== null && Date.parse(expiresAt) <= now)
    return (
      <>
        <Badge tone="bad">expired</Badge> <Time at={expiresAt} />: it needs a new code
      </>
    );
  const search = { principal: `endpoint:${id}` };
  if (sockets === 0)
    return (
      <>
        <Badge tone="warn">not connected</Badge>{' '}
        <Link to="/connections" search={{ ...search, tab: 'ended' }}>
          how it ended last
        </Link>
      </>
    );
  return (
    <>
      {sockets !== undefined && <Badge tone={permissions === 'readwrite' ? 'good' : 'warn'}>connected</Badge>}{' '}
      {MAY[permissions]}:{' '}
      <Link to="/connections" search={search}>
        {sockets === undefined ? 'is it connected' : plural(sockets, 'socket')}
      </Link>
    </>
  );
}
