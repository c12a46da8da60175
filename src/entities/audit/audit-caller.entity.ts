import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * The clear text of a digest in the entries that an account caused: its email, address or user agent. One row per account
 * and value, since an account often acts from the same place.
 */
@Entity('audit_callers')
export class AuditCaller {
  /** No foreign key: its lock would make admins who change each other's accounts wait for each other. */
  @PrimaryColumn('integer', { name: 'user_id', primaryKeyConstraintName: 'audit_callers_pkey' })
  userId!: number;

  @PrimaryColumn('varchar', { length: 64, primaryKeyConstraintName: 'audit_callers_pkey' })
  digest!: string;

  @Column('varchar', { length: 300 })
  value!: string;

  /** The last day on which an entry used it; it is removed once the entries of that day are. */
  @Index('audit_callers_seen_on_idx')
  @Column('date', { name: 'seen_on' })
  seenOn!: string;
}
