import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * What a digest in entries stands for that an account caused: its email, address or user agent, in clear. Once per account
 * and value, since an account acts often from the same place.
 */
@Entity('audit_callers')
export class AuditCaller {
  /** No foreign key: its lock would let admins who change each other's accounts wait for each other. */
  @PrimaryColumn('integer', { name: 'user_id', primaryKeyConstraintName: 'audit_callers_pkey' })
  userId!: number;

  @PrimaryColumn('varchar', { length: 64, primaryKeyConstraintName: 'audit_callers_pkey' })
  digest!: string;

  @Column('varchar', { length: 300 })
  value!: string;

  /** The last day on which an entry had it: it goes when the entries of that day have gone. */
  @Index('audit_callers_seen_on_idx')
  @Column('date', { name: 'seen_on' })
  seenOn!: string;
}
