import { Column, Entity, PrimaryColumn } from 'typeorm';

/**
 * Makes changes to sealed entries evident: their digests, chained to the previous seal. Stays when the entries are
 * removed.
 */
@Entity('audit_seals')
export class AuditSeal {
  /** From 1, without gaps. */
  @PrimaryColumn('integer', { primaryKeyConstraintName: 'audit_seals_pkey' })
  id!: number;

  @Column('integer', { name: 'from_id' })
  fromId!: number;

  @Column('integer', { name: 'to_id' })
  toId!: number;

  @Column('integer')
  count!: number;

  @Column('timestamptz', { name: 'sealed_at' })
  sealedAt!: Date;

  /** The node that sealed. */
  @Column('varchar', { length: 64 })
  node!: string;

  /** Id and SHA-256 of each entry, 40 bytes each; empty once they have been removed. */
  @Column('bytea')
  entries!: Buffer;

  @Column('bytea', { name: 'entries_digest' })
  entriesDigest!: Buffer;

  /** Hash of the previous seal. */
  @Column('bytea')
  previous!: Buffer;

  @Column('bytea')
  hash!: Buffer;

  /** HMAC-SHA256 of the hash, with a key derived from `SECRET_KEY`. */
  @Column('bytea')
  mac!: Buffer;

  /** Ed25519, by `AUDIT_SIGNING_KEY`. */
  @Column('bytea', { nullable: true })
  signature!: Buffer | null;

  /** When retention removed its entries. */
  @Column('timestamptz', { name: 'pruned_at', nullable: true })
  prunedAt!: Date | null;
}
