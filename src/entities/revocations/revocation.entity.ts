import { Check, Column, Entity, Index } from 'typeorm';
import { CreatedAt, GeneratedId } from '../columns.js';

/** Somebody or something that is closed and refused on sockets, until a time or until the row is deleted. */
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

  /** An id as text; of a code only its keyed digest, in hexadecimal. */
  @Column('varchar', { length: 64 })
  subject!: string;

  @Column('varchar', { length: 500, nullable: true })
  reason!: string | null;

  /** `null` = until it is deleted. */
  @Column('timestamptz', { nullable: true })
  until!: Date | null;

  /** Account that asked for it, or made the key that did; kept when the account goes. `null`: a key of nobody. */
  @Column('integer', { name: 'created_by', nullable: true })
  createdBy!: number | null;

  @CreatedAt()
  createdAt!: Date;
}
