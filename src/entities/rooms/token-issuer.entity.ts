import { Check, Column, Entity, Index, type Relation, Unique } from 'typeorm';
import { Application } from './application.entity.js';
import { CreatedAt, GeneratedId, References } from '../columns.js';

/** An issuer whose JWTs admit to the rooms of an application, and how they are verified. */
@Entity('token_issuers')
@Unique('token_issuers_issuer_key', ['issuer'])
@Index('token_issuers_application_id_idx', ['applicationId'])
@Check('token_issuers_key_check', `num_nonnulls("secret_sealed", "jwks", "jwks_url") = 1`)
export class TokenIssuer {
  @GeneratedId('token_issuers')
  id!: number;

  @Column('integer', { name: 'application_id' })
  applicationId!: number;

  @References(() => Application, ['token_issuers', 'application_id'], 'CASCADE')
  application!: Relation<Application>;

  /** `iss` of its tokens. */
  @Column('varchar', { length: 255 })
  issuer!: string;

  /** The only `alg` its tokens may have. */
  @Column('varchar', { length: 10 })
  algorithm!: string;

  /** The secret of HS256, encrypted. */
  @Column('bytea', { name: 'secret_sealed', nullable: true })
  secretSealed!: Buffer | null;

  /** Public keys. */
  @Column('jsonb', { nullable: true })
  jwks!: object | null;

  /** Where public keys are fetched from. */
  @Column('varchar', { name: 'jwks_url', length: 2048, nullable: true })
  jwksUrl!: string | null;

  @CreatedAt()
  createdAt!: Date;
}
