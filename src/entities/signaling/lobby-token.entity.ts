import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  Unique,
} from 'typeorm';
import { User } from '../accounts/user.entity.js';

/** Lets its holder into the signaling lobby in the name of an account. Found by its SHA-256 digest. */
@Entity('lobby_tokens')
@Unique('lobby_tokens_digest_key', ['digest'])
@Index('lobby_tokens_user_id_idx', ['userId'])
@Index('lobby_tokens_expires_at_idx', ['expiresAt'])
@Check('lobby_tokens_uses_check', `"uses" > 0`)
@Check('lobby_tokens_uses_left_check', `"uses_left" >= 0`)
export class LobbyToken {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'lobby_tokens_pkey', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('integer', { name: 'user_id' })
  userId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'lobby_tokens_user_id_fkey' })
  user!: Relation<User>;

  @Column('bytea')
  digest!: Buffer;

  /** What its owner tells it from others by. */
  @Column('varchar', { length: 100, nullable: true })
  name!: string | null;

  /** Connections it admits in all; `null` = any number. */
  @Column('integer', { nullable: true })
  uses!: number | null;

  /** Connections it admits from now on. */
  @Column('integer', { name: 'uses_left', nullable: true })
  usesLeft!: number | null;

  @Column('timestamptz', { name: 'expires_at' })
  expiresAt!: Date;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
