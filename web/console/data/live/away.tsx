import { type AwayDto, type NodeDto } from '@switchboard/client/rest';
import { Time } from '../../../ui/content/time.js';
import { sdk } from '../../app/client.js';
import { LIVE_MS, useLiveQuery } from './use-live-query.js';

type Seen = Pick<NodeDto, 'away'>;

/**
 * What is unavailable to the nodes. Readiness still answers when the list of nodes itself needs what is unavailable.
 * @param everyMs `false`: something else triggers the reads of `away`
 * @returns `undefined` until it is known
 */
export function useAway(everyMs: number | false = LIVE_MS): readonly Seen[] | undefined {
  const ready = useLiveQuery(['away', 'ready'], (signal) => sdk.health.ready({ signal }), everyMs);
  const nodes = useLiveQuery(['away', 'nodes'], (signal) => sdk.nodes.list({ query: { limit: 200 }, signal }), everyMs);
  const own = ready.data?.details.map((absence) => ({ ...absence, node: null })) ?? [];
  const seen = [{ away: own }, ...(nodes.data?.items ?? [])].filter(({ away }) => away.length > 0);
  const isKnown = ready.data !== undefined && nodes.data !== undefined;
  return isKnown || seen.length > 0 ? seen : undefined;
}

/** Each unavailable thing once, since the first node noticed. */
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
