import { type AbsentThing } from '../../health/absences.service.js';

/** `degraded`: something that all nodes share is away. `deaf`: cut off from the bus that others have. */
export const NODE_STATES = ['starting', 'ready', 'degraded', 'draining', 'deaf'] as const;
export type NodeState = (typeof NODE_STATES)[number];

/** What a node has to do without, as it finds. */
export interface NodeAbsence {
  readonly what: AbsentThing | 'node';
  /** RFC 3339. */
  readonly since: string;
  /** Which node fell silent, where it is one. */
  readonly node: { readonly id: string; readonly url: string } | null;
}

/** What a node says of itself with each heartbeat. */
export interface NodeStatus {
  /** Whom its leases belong to. */
  readonly incarnation: string;
  readonly name: string;
  readonly url: string;
  readonly version: string;
  readonly state: NodeState;
  /** Busy share of its event loop since the heartbeat before, 0 to 1. */
  readonly load: number;
  /** Open sockets by protocol. */
  readonly connections: Readonly<Record<string, number>>;
  /** Milliseconds since the epoch. */
  readonly startedAt: number;
  readonly away: readonly NodeAbsence[];
  /** Milliseconds since the bus last carried a message of its own back to it; `null` = never. */
  readonly busAge: number | null;
}

/** A heartbeat, as one of the two places where they are left shows it. */
export interface Beat {
  readonly incarnation: string;
  /** Milliseconds since it was written, by the clock of the place; wrong while that clock steps. */
  readonly age: number;
  /** Another one for each heartbeat of a node. */
  readonly mark: string;
  readonly status: NodeStatus;
}
