import { Column, Entity, JoinColumn, OneToOne, type Relation, Unique } from 'typeorm';
import { User } from './user.entity.js';
import { CreatedAt, GeneratedId } from '../columns.js';

/** The identity under which a provider knows an account. */
@Entity('identities')
@Unique('identities_issuer_subject_key', ['issuer', 'subject'])
@Unique('identities_user_id_key', ['userId'])
export class Identity {
  @GeneratedId('identities')
  id!: number;

  /** `iss` of the provider's tokens. */
  @Column('varchar', { length: 500 })
  issuer!: string;

  /** `sub`, which the provider gives to nobody else. */
  @Column('varchar', { length: 255 })
  subject!: string;

  @Column('integer', { name: 'user_id' })
  userId!: number;

  @OneToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'identities_user_id_fkey' })
  user!: Relation<User>;

  /**
   * How often sign-in was refused for lack of a role. A sign-in admitted before a refusal, but without tokens yet, gets
   * none.
   */
  @Column('integer', { default: 0 })
  refusals!: number;

  @CreatedAt()
  createdAt!: Date;
}
