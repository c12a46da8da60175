import { Notice } from '../../ui/feedback/notice.js';

/** Says that numbers are not of all nodes; nothing when they are. */
export function AsSeenBy({ nodes, missing }: { nodes: number; missing: readonly string[] }) {
  if (missing.length === 0) return null;
  return (
    <Notice tone="warn">
      As seen by {nodes} of {nodes + missing.length} nodes; silent: {missing.join(', ')}
    </Notice>
  );
}
