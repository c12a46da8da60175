import {
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
import { Circle } from './circle.entity.js';

/** A person who may join a circle; gone once they answered. */
@Entity('circle_invites')
@Unique('circle_invites_circle_id_user_id_key', ['circleId', 'userId'])
@Index('circle_invites_user_id_idx', ['userId'])
@Index('circle_invites_invited_by_idx', ['invitedBy'])
export class CircleInvite {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'circle_invites_pkey', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('integer', { name: 'circle_id' })
  circleId!: number;

  @ManyToOne(() => Circle, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'circle_id', foreignKeyConstraintName: 'circle_invites_circle_id_fkey' })
  circle!: Relation<Circle>;

  @Column('integer', { name: 'user_id' })
  userId!: number;

  @ManyToOne(() => User, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'user_id', foreignKeyConstraintName: 'circle_invites_user_id_fkey' })
  user!: Relation<User>;

  /** `null` once that account is gone. */
  @Column('integer', { name: 'invited_by', nullable: true })
  invitedBy!: number | null;

  @ManyToOne(() => User, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'invited_by', foreignKeyConstraintName: 'circle_invites_invited_by_fkey' })
  inviter!: Relation<User> | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
