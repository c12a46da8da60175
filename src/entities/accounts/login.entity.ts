import { Check, Column, Entity, Index, type Relation, Unique } from 'typeorm';
import { Identity } from './identity.entity.js';
import { User } from './user.entity.js';
import { CreatedAt, GeneratedId, References } from '../columns.js';

/**
 * One sign-in of an account or a device, until logout. A refresh token consists of a handle, the same for the whole
 * login, and a secret that changes with each refresh; both are stored as SHA-256 digests. A known handle with another
 * secret means that a used token has been presented again.
 */
@Entity('logins')
@Unique('logins_handle_digest_key', ['handleDigest'])
@Index('logins_user_id_idx', ['userId'])
@Index('logins_device_id_idx', ['deviceId'])
@Index('logins_expires_at_idx', ['expiresAt'])
@Index('logins_identity_id_idx', ['identityId'])
@Check('logins_owner_check', `num_nonnulls("user_id", "device_id") = 1`)
export class Login {
  @GeneratedId('logins')
  id!: number;

  /** `null` for a device's login. */
  @Column('integer', { name: 'user_id', nullable: true })
  userId!: number | null;

  @References(() => User, ['logins', 'user_id'], 'CASCADE')
  user!: Relation<User> | null;

  /** `null` for a person's login. */
  @Column('integer', { name: 'device_id', nullable: true })
  deviceId!: number | null;

  // Referenced by name: devices belong to circles, which depend on accounts.
  @References('Device', ['logins', 'device_id'], 'CASCADE')
  device!: object | null;

  /** The identity that the provider vouched for; `null` after signing in with a password. */
  @Column('integer', { name: 'identity_id', nullable: true })
  identityId!: number | null;

  @References(() => Identity, ['logins', 'identity_id'], 'CASCADE')
  identity!: Relation<Identity> | null;

  @Column('bytea', { name: 'handle_digest' })
  handleDigest!: Buffer;

  @Column('bytea', { name: 'secret_digest' })
  secretDigest!: Buffer;

  @CreatedAt()
  createdAt!: Date;

  /** When its tokens were last issued: at sign-in, then at each refresh. */
  @Column('timestamptz', { name: 'last_used_at', default: () => 'now()' })
  lastUsedAt!: Date;

  /** Where that request came from; `null` for logins older than this column. */
  @Column('character varying', { length: 64, nullable: true })
  address!: string | null;

  /** The user agent that client named. */
  @Column('character varying', { name: 'user_agent', length: 256, nullable: true })
  userAgent!: string | null;

  /** Extended by each refresh. */
  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;
}
