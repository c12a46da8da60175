import { Column, Entity, Index, PrimaryColumn, type Relation } from 'typeorm';
import { AuditEntry } from './audit-entry.entity.js';
import { References } from '../columns.js';

/**
 * What an entry of the audit log would say of a person, in clear. The entry itself has keyed digests in these places, so
 * that it stays as it was sealed when the account goes, and this row with it.
 */
@Entity('audit_personal')
@Index('audit_personal_user_id_idx', ['userId', 'entryId'])
export class AuditPersonal {
  @PrimaryColumn('integer', { name: 'entry_id', primaryKeyConstraintName: 'audit_personal_pkey' })
  entryId!: number;

  @References(() => AuditEntry, ['audit_personal', 'entry_id'], 'CASCADE')
  entry!: Relation<AuditEntry>;

  /** No foreign key: its lock would let admins who change each other's accounts wait for each other. */
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

  /** JSON: of each member that is personal, before and after. */
  @Column('text', { nullable: true })
  changes!: string | null;
}
