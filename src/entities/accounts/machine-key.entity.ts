import { Column, Entity, Index, type Relation, Unique } from 'typeorm';
import { User } from './user.entity.js';
import { CreatedAt, GeneratedId, References } from '../columns.js';

/** A key by which a program calls REST v1, stored as the SHA-256 digest it is looked up by. */
@Entity('machine_keys')
@Unique('machine_keys_digest_key', ['digest'])
@Unique('machine_keys_previous_digest_key', ['previousDigest'])
@Index('machine_keys_made_by_idx', ['madeBy'])
export class MachineKey {
  @GeneratedId('machine_keys')
  id!: number;

  /** By which people recognize it. */
  @Column('varchar', { length: 100 })
  name!: string;

  /** The beginning of the key. */
  @Column('varchar', { length: 16 })
  prefix!: string;

  @Column('bytea')
  digest!: Buffer;

  /** Digest of the key before the last rotation, while that still works. */
  @Column('bytea', { name: 'previous_digest', nullable: true })
  previousDigest!: Buffer | null;

  @Column('timestamptz', { name: 'previous_until', nullable: true })
  previousUntil!: Date | null;

  @Column('text', { array: true })
  scopes!: string[];

  /** Addresses and CIDR ranges it may be used from; `null` = any. */
  @Column('text', { name: 'allowed_networks', array: true, nullable: true })
  allowedNetworks!: string[] | null;

  /** `null` = never. */
  @Column('timestamptz', { name: 'expires_at', nullable: true })
  expiresAt!: Date | null;

  /** The account whose rights it has, and with which it ends; `null` for one made on the command line. */
  @Column('integer', { name: 'made_by', nullable: true })
  madeBy!: number | null;

  @References(() => User, ['machine_keys', 'made_by'], 'CASCADE')
  maker!: Relation<User> | null;

  @CreatedAt()
  createdAt!: Date;

  /** To the minute. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;

  /** The client's address at that time. */
  @Column('varchar', { name: 'last_used_from', length: 64, nullable: true })
  lastUsedFrom!: string | null;
}
