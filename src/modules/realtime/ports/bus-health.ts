/**
 * `none`: a single node, without a bus. `ok`: what this node publishes reaches the others and comes back. `away`: no
 * node has the bus, so no other node could do better. `deaf`: this node is cut off, or its subscriptions are.
 */
export type BusState = 'none' | 'ok' | 'away' | 'deaf';

/** The state of this node's end of the bus. The self-probe writes it, readiness reads it. */
export class BusHealth {
  state: BusState = 'none';
  /** When the bus last carried a message of this node back to it, by the monotonic clock. */
  heardAt: number | null = null;
}
