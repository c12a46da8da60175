import { type NodeDto } from '@switchboard/client/rest';
import { Badge } from '../../../ui/feedback/notice.js';

export const NodeStateBadge = ({ state }: Pick<NodeDto, 'state'>) => (
  <Badge tone={state === 'ready' ? 'good' : 'warn'}>{state}</Badge>
);

/** The number of sockets on a node, over all protocols. */
export const openOn = ({ connections }: Pick<NodeDto, 'connections'>): number =>
  Object.values(connections).reduce((sum, count) => sum + count, 0);
