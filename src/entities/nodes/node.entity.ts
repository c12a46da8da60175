import { Check, Column, Entity, Unique } from 'typeorm';
import { GeneratedId } from '../columns.js';

/** A running node, or one that has died without this having been noticed yet. */
@Entity('nodes')
@Unique('nodes_incarnation_key', ['incarnation'])
@Check('nodes_state_check', `"state" IN ('starting', 'ready', 'degraded', 'draining', 'deaf')`)
export class Node {
  @GeneratedId('nodes')
  id!: number;

  /** The owner of its leases; random at each start. */
  @Column('varchar', { length: 32 })
  incarnation!: string;

  @Column('varchar', { length: 32 })
  name!: string;

  /** Where it can be reached. */
  @Column('varchar', { length: 2_000 })
  url!: string;

  @Column('varchar', { length: 32 })
  version!: string;

  @Column('varchar', { length: 16 })
  state!: string;

  /** Utilization of its event loop, 0 to 1. */
  @Column('real')
  load!: number;

  /** Open sockets by protocol. */
  @Column('jsonb')
  connections!: Record<string, number>;

  /** What is unavailable to it: the name of each thing, and since when. */
  @Column('jsonb', { default: [] })
  away!: object[];

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  /** Its last heartbeat. */
  @Column('timestamptz', { name: 'seen_at' })
  seenAt!: Date;

  /** When Redis last carried one of its own messages back to it. */
  @Column('timestamptz', { name: 'bus_heard_at', nullable: true })
  busHeardAt!: Date | null;
}
