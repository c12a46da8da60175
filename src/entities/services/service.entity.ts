import { Check, Column, Entity, Unique, VersionColumn } from 'typeorm';
import { CreatedAt, GeneratedId, UpdatedAt } from '../columns.js';

/** A tenant of the exhibition relay: one host token and one client token, stored as SHA-256 digests of their UUID. */
@Entity('services')
@Unique('services_title_key', ['title'])
@Unique('services_host_token_digest_key', ['hostTokenDigest'])
@Unique('services_client_token_digest_key', ['clientTokenDigest'])
@Check('services_host_grace_seconds_check', `"host_grace_seconds" >= 0`)
@Check('services_guest_limit_check', `"guest_limit" > 0`)
@Check('services_code_ttl_seconds_check', `"code_ttl_seconds" > 0`)
@Check('services_code_length_check', `"code_length" BETWEEN 4 AND 12`)
export class Service {
  @GeneratedId('services')
  id!: number;

  /** NFC, at most 32 characters (code points). */
  @Column('varchar', { length: 32 })
  title!: string;

  @Column('bytea', { name: 'host_token_digest' })
  hostTokenDigest!: Buffer;

  @Column('bytea', { name: 'client_token_digest' })
  clientTokenDigest!: Buffer;

  @Column('boolean', { name: 'allow_public_code', default: false })
  allowPublicCode!: boolean;

  @Column('boolean', { name: 'allow_multiple_hosts', default: false })
  allowMultipleHosts!: boolean;

  @Column('boolean', { default: true })
  targeting!: boolean;

  @Column('integer', { name: 'host_grace_seconds', default: 0 })
  hostGraceSeconds!: number;

  /** Guests per session; `null` = any number. */
  @Column('integer', { name: 'guest_limit', nullable: true })
  guestLimit!: number | null;

  /** Seconds for which a code admits new guests; `null` = as long as its session. */
  @Column('integer', { name: 'code_ttl_seconds', nullable: true })
  codeTtlSeconds!: number | null;

  @Column('smallint', { name: 'code_length', default: 4 })
  codeLength!: number;

  /** Counts changes, to tell settings apart that overtake each other on the way to live sockets. */
  @VersionColumn()
  version!: number;

  @CreatedAt()
  createdAt!: Date;

  @UpdatedAt()
  updatedAt!: Date;
}
