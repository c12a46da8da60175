import { Check, Column, Entity, Index, Unique } from 'typeorm';
import { type Role } from '../../common/security/role.js';
import { CreatedAt, GeneratedId, UpdatedAt } from '../columns.js';

/** A person's account. Those who run the server have a role above `user`. */
@Entity('users')
@Unique('users_email_key', ['email'])
@Index('users_words_idx', { synchronize: false })
@Check('users_role_check', `"role" IN ('user', 'viewer', 'operator', 'admin')`)
export class User {
  @GeneratedId('users')
  id!: number;

  /** Normalized: NFC and lower case. */
  @Column('varchar', { length: 254 })
  email!: string;

  /** argon2id in its own text form; `null` for an account that only signs in through an identity provider. */
  @Column('text', { name: 'password_hash', nullable: true })
  passwordHash!: string | null;

  /** Whether this server generated the password, and nobody has replaced it. */
  @Column('boolean', { name: 'password_generated', default: false })
  passwordGenerated!: boolean;

  /** Created by the server itself at boot: its password also works with `PASSWORD_SIGN_IN=fallback`. */
  @Column('boolean', { name: 'made_at_boot', default: false })
  madeAtBoot!: boolean;

  @Column('varchar', { name: 'first_name', length: 100 })
  firstName!: string;

  @Column('varchar', { name: 'last_name', length: 100 })
  lastName!: string;

  /** `YYYY-MM-DD`. */
  @Column('date', { nullable: true })
  birthday!: string | null;

  @Column('varchar', { length: 16, default: 'user' })
  role!: Role;

  @Column('boolean', { default: false })
  disabled!: boolean;

  @CreatedAt()
  createdAt!: Date;

  @UpdatedAt()
  updatedAt!: Date;
}
