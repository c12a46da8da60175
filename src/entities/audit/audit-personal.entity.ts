import { Column, Entity, Index, PrimaryColumn, type Relation } from 'typeorm';
import { AuditEntry } from './audit-entry.entity.js';
import { References } from '../columns.js';

/**
 * What an audit entry says about a person, in clear text. The entry itself only has keyed digests of it, so that it can
 * stay as it was sealed when the account is removed, and this row with it.
 */
@Entity('audit_personal')
@Index('audit_personal_user_id_idx', ['userId', 'entryId'])
export class AuditPersonal {
  @PrimaryColumn('integer', { name: 'entry_id', primaryKeyConstraintName: 'audit_personal_pkey' })
  entryId!: number;

  @References(() => AuditEntry, ['audit_personal', 'entry_id'], 'CASCADE')
  entry!: Relation<AuditEntry>;

  /** No foreign key: its lock would make admins who change each other's accounts wait for each other. */
  @PrimaryColumn('integer', { name: 'user_id', primaryKeyConstraintName: 'audit_personal_pkey' })
  userId!: number;

  @Column('varchar', { name: 'actor_label', length: 300, nullable: true })
  actorLabel!: string | null;

  @Column('varchar', { name: 'target_label', length: 300, nullable: true })
  targetLabel!: string | null;

  @Column('varchar', { length: 64, nullable: true })
  address!: string | null;

  @Column('varchar', { name: 'user_agent', length: 300, nullable: true })
  userAgent!: string | null;

  /** JSON: each personal member, before and after. */
  @Column('text', { nullable: true })
  changes!: string | null;
}
