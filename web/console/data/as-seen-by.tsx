import { Notice } from '../../ui/feedback/notice.js';

/** Tells that numbers do not cover all nodes; empty when they do. */
export function AsSeenBy({ nodes, missing }: { nodes: number; missing: readonly string[] }) {
  if (missing.length === 0) return null;
  return (
    <Notice tone="warn">
      As seen by {nodes} of {nodes + missing.length} nodes; silent: {missing.join(', ')}
    </Notice>
  );
}
