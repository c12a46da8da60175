import { Check, Column, Entity, Index } from 'typeorm';
import { GeneratedId } from '../columns.js';

/** Who did what, when and from where. Triggers refuse to change or remove a row; `audit_prune` removes sealed ones. */
@Entity('audit_entries')
@Index('audit_entries_at_idx', ['at'])
@Index('audit_entries_action_id_idx', ['action', 'id'])
@Index('audit_entries_actor_idx', ['actorKind', 'actorId', 'id'])
@Index('audit_entries_target_idx', ['targetKind', 'targetId', 'id'])
@Check('audit_entries_outcome_check', `"outcome" IN ('success', 'failure', 'refused')`)
export class AuditEntry {
  /**
   * Ids ascend in the order of a lock that writers share and the sealing node takes, so entries below the last seal are
   * complete.
   */
  @GeneratedId('audit_entries')
  id!: number;

  /** Whole milliseconds. */
  @Column('timestamptz')
  at!: Date;

  @Column('varchar', { name: 'actor_kind', length: 32 })
  actorKind!: string;

  @Column('varchar', { name: 'actor_id', length: 300, nullable: true })
  actorId!: string | null;

  /** The actor's name at that time. */
  @Column('varchar', { name: 'actor_label', length: 300, nullable: true })
  actorLabel!: string | null;

  @Column('varchar', { length: 64 })
  action!: string;

  @Column('varchar', { name: 'target_kind', length: 32, nullable: true })
  targetKind!: string | null;

  @Column('varchar', { name: 'target_id', length: 300, nullable: true })
  targetId!: string | null;

  @Column('varchar', { name: 'target_label', length: 300, nullable: true })
  targetLabel!: string | null;

  @Column('varchar', { length: 64, nullable: true })
  address!: string | null;

  @Column('varchar', { name: 'user_agent', length: 300, nullable: true })
  userAgent!: string | null;

  @Column('varchar', { length: 64 })
  node!: string;

  @Column('varchar', { name: 'request_id', length: 64, nullable: true })
  requestId!: string | null;

  @Column('varchar', { length: 16 })
  outcome!: 'success' | 'failure' | 'refused';

  /** Repetitions from one address within a minute are one entry. */
  @Column('integer', { default: 1 })
  count!: number;

  /** Canonical JSON as text: `jsonb` would not return what was sealed. */
  @Column('text', { nullable: true })
  changes!: string | null;

  /** HMAC-SHA256 of all of the above except the id. */
  @Column('bytea')
  mac!: Buffer;
}
