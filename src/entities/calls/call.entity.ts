import { Check, Column, Entity, Index, Unique } from 'typeorm';
import { GeneratedId } from '../columns.js';

/** A call of any protocol: who called whom when, and how it ended. Written with a delay, off the signaling path. */
@Entity('calls')
@Unique('calls_key_key', ['key'])
@Index('calls_lease_until_idx', ['leaseUntil'], { where: `"ended_at" IS NULL` })
@Index('calls_outcome_id_idx', ['outcome', 'id'])
@Index('calls_started_at_idx', ['startedAt'])
@Check('calls_protocol_check', `"protocol" IN ('signaling', 'omikron')`)
@Check('calls_outcome_check', `"outcome" IN ('completed', 'declined', 'cancelled', 'expired', 'failed')`)
@Check('calls_reason_check', `("reason" IS NOT NULL) = ("outcome" IS NOT DISTINCT FROM 'failed')`)
export class Call {
  @GeneratedId('calls')
  id!: number;

  /** By which nodes identify the call before it has an id. */
  @Column('varchar', { length: 64 })
  key!: string;

  @Column('varchar', { length: 16 })
  protocol!: 'signaling' | 'omikron';

  /** Set exactly when the call has ended. */
  @Column('varchar', { length: 16, nullable: true })
  outcome!: 'completed' | 'declined' | 'cancelled' | 'expired' | 'failed' | null;

  /** Why it failed; set exactly when it has. */
  @Column('varchar', { length: 32, nullable: true })
  reason!: 'node_lost' | 'abandoned' | null;

  /** The id that its participants know it by, where the protocol has one. */
  @Column('varchar', { name: 'wire_id', length: 64, nullable: true })
  wireId!: string | null;

  @Column('timestamptz', { name: 'started_at' })
  startedAt!: Date;

  /** The call is live from then on. */
  @Column('timestamptz', { name: 'answered_at', nullable: true })
  answeredAt!: Date | null;

  @Column('timestamptz', { name: 'ended_at', nullable: true })
  endedAt!: Date | null;

  /** The participant who ended it, or `account:<id>` of an admin who did. */
  @Column('varchar', { name: 'ended_by', length: 64, nullable: true })
  endedBy!: string | null;

  /** The lease of the node that holds the call; a call whose lease has expired has ended. */
  @Column('timestamptz', { name: 'lease_until' })
  leaseUntil!: Date;

  /** Whether it ended because its lease expired: a node that comes back may revive it. */
  @Column('boolean', { default: false })
  lapsed!: boolean;
}
