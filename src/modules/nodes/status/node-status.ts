import { type AbsentThing } from '../../health/absences.service.js';

/** `degraded`: something that all nodes share is away. `deaf`: cut off from a bus that others have. */
export const NODE_STATES = ['starting', 'ready', 'degraded', 'draining', 'deaf'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** Something that a node has to do without, as it sees it. */
export interface NodeAbsence {
  readonly what: AbsentThing | 'node';
  /** RFC 3339. */
  readonly since: string;
  /** Which node fell silent, if it is one. */
  readonly node: { readonly id: string; readonly url: string } | null;
}

/** What a node reports about itself with each heartbeat. */
export interface NodeStatus {
  /** The owner of its leases. */
  readonly incarnation: string;
  readonly name: string;
  readonly url: string;
  readonly version: string;
  readonly state: NodeState;
  /** Busy share of its event loop since the previous heartbeat, 0 to 1. */
  readonly load: number;
  /** Open sockets by protocol. */
  readonly connections: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly away: readonly NodeAbsence[];
  /** Milliseconds since the bus last carried one of its messages back to it; `null` = never. */
  readonly busAge: number | null;
}

/** A heartbeat, as read from one of the two places where they are left. */
export interface Beat {
  readonly incarnation: string;
  /** Milliseconds since it was written, by the place's clock; wrong while that clock steps. */
  readonly age: number;
  /** Differs for each heartbeat of a node. */
  readonly mark: string;
  readonly status: NodeStatus;
}
