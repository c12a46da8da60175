import { Check, Column, Entity, Index } from 'typeorm';
import { CreatedAt, GeneratedId } from '../columns.js';

/** Somebody or something whose sockets are closed and refused, until a time or until the row is deleted. */
@Entity('revocations')
@Index('revocations_until_idx', ['until'])
@Check(
  'revocations_selector_check',
  `"selector" IN ('user', 'device', 'apiKey', 'endpoint', 'service', 'guestCode', 'iota', 'issuer')`,
)
export class Revocation {
  @GeneratedId('revocations')
  id!: number;

  @Column('varchar', { length: 16 })
  selector!: string;

  /** An id as text; for codes, their keyed digest in hexadecimal. */
  @Column('varchar', { length: 64 })
  subject!: string;

  @Column('varchar', { length: 500, nullable: true })
  reason!: string | null;

  /** `null` = until it is deleted. */
  @Column('timestamptz', { nullable: true })
  until!: Date | null;

  /**
   * The account that requested it, or that made the key which did; kept when the account is removed. `null`: by a key
   * without an account.
   */
  @Column('integer', { name: 'created_by', nullable: true })
  createdBy!: number | null;

  @CreatedAt()
  createdAt!: Date;
}
