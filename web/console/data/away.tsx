import { type AwayDto, type NodeDto } from '@switchboard/client/rest';
import { Time } from '../../ui/content/time.js';
import { sdk } from '../app/client.js';
import { useLiveQuery } from './use-live-query.js';

type Seen = Pick<NodeDto, 'away'>;

/** What the nodes have to do without. Readiness still answers while the list of nodes needs what is away. */
export function useAway(): readonly Seen[] {
  const ready = useLiveQuery(['ready'], (signal) => sdk.health.ready({ signal }));
  const nodes = useLiveQuery(['nodes', 'away'], (signal) => sdk.nodes.list({ query: { limit: 200 }, signal }));
  const own = ready.data?.details.map((absence) => ({ ...absence, node: null })) ?? [];
  return [{ away: own }, ...(nodes.data?.items ?? [])].filter(({ away }) => away.length > 0);
}

/** Each thing once, since the first node noticed. */
export function AwayList({ seen }: { seen: readonly Seen[] }) {
  const earliest = new Map<string, string>();
  for (const absence of seen.flatMap(({ away }) => away)) {
    const name = nameOf(absence);
    const before = earliest.get(name);
    if (before === undefined || absence.since < before) earliest.set(name, absence.since);
  }
  return [...earliest].map(([name, since], n) => (
    <span key={name}>
      {n > 0 && ', '}
      {name}, since <Time at={since} />
    </span>
  ));
}

const nameOf = ({ what, node }: AwayDto): string => (node === null ? what : `node ${node.id} (${node.url})`);
