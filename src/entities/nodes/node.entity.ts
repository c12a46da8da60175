import { Check, Column, Entity, Unique } from 'typeorm';
import { GeneratedId } from '../columns.js';

/** A running node, or one that ended without saying so and is yet to be noticed. */
@Entity('nodes')
@Unique('nodes_incarnation_key', ['incarnation'])
@Check('nodes_state_check', `"state" IN ('starting', 'ready', 'degraded', 'draining', 'deaf')`)
export class Node {
  @GeneratedId('nodes')
  id!: number;

  /** Whom its leases belong to; random at each start. */
  @Column('varchar', { length: 32 })
  incarnation!: string;

  @Column('varchar', { length: 32 })
  name!: string;

  /** Where it is reached. */
  @Column('varchar', { length: 2_000 })
  url!: string;

  @Column('varchar', { length: 32 })
  version!: string;

  @Column('varchar', { length: 16 })
  state!: string;

  /** Busy share of its event loop, 0 to 1. */
  @Column('real')
  load!: number;

  /** Open sockets by protocol. */
  @Column('jsonb')
  connections!: Record<string, number>;

  /** What it has to do without: the name of each thing, and since when. */
  @Column('jsonb', { default: [] })
  away!: object[];

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  /** Its last heartbeat. */
  @Column('timestamptz', { name: 'seen_at' })
  seenAt!: Date;

  /** When the bus last carried a message of its own back to it. */
  @Column('timestamptz', { name: 'bus_heard_at', nullable: true })
  busHeardAt!: Date | null;
}
