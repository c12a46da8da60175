import { Check, Column, Entity, Index, type Relation, Unique } from 'typeorm';
import { User } from '../accounts/user.entity.js';
import { CreatedAt, GeneratedId, References } from '../columns.js';

/** Admits its holder to the signaling lobby in the name of an account. Looked up by its SHA-256 digest. */
@Entity('lobby_tokens')
@Unique('lobby_tokens_digest_key', ['digest'])
@Index('lobby_tokens_user_id_idx', ['userId'])
@Index('lobby_tokens_expires_at_idx', ['expiresAt'])
@Check('lobby_tokens_uses_check', `"uses" > 0`)
@Check('lobby_tokens_uses_left_check', `"uses_left" >= 0`)
export class LobbyToken {
  @GeneratedId('lobby_tokens')
  id!: number;

  @Column('integer', { name: 'user_id' })
  userId!: number;

  @References(() => User, ['lobby_tokens', 'user_id'], 'CASCADE')
  user!: Relation<User>;

  @Column('bytea')
  digest!: Buffer;

  /** By which its owner recognizes it. */
  @Column('varchar', { length: 100, nullable: true })
  name!: string | null;

  /** Connections it admits in total; `null` = any number. */
  @Column('integer', { nullable: true })
  uses!: number | null;

  /** Connections it still admits. */
  @Column('integer', { name: 'uses_left', nullable: true })
  usesLeft!: number | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @CreatedAt()
  createdAt!: Date;
}
