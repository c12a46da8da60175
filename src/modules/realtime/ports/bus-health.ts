/**
 * `none`: one node, there is no bus. `ok`: what this node publishes reaches the others and comes back. `away`: no node
 * has the bus, so that no other node could do better. `deaf`: this one is cut off, or its subscriptions are.
 */
export type BusState = 'none' | 'ok' | 'away' | 'deaf';

/** How this node's end of the bus is; the self-probe writes it, readiness reads it. */
export class BusHealth {
  state: BusState = 'none';
  /** When the bus last carried a message of this node back to it, by the monotonic clock. */
  heardAt: number | null = null;
}
