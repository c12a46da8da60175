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

/** Whoever has this email may join a circle; gone once they answered. */
@Entity('circle_invites')
@Unique('circle_invites_circle_id_email_key', ['circleId', 'email'])
@Index('circle_invites_email_idx', ['email'])
@Index('circle_invites_invited_by_idx', ['invitedBy'])
export class CircleInvite {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'circle_invites_pkey', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('integer', { name: 'circle_id' })
  circleId!: number;

  @ManyToOne(() => Circle, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'circle_id', foreignKeyConstraintName: 'circle_invites_circle_id_fkey' })
  circle!: Relation<Circle>;

  /** Normalised; whether or not there is such an account. */
  @Column('varchar', { length: 254 })
  email!: string;

  /** `null` once that account is gone. */
  @Column('integer', { name: 'invited_by', nullable: true })
  invitedBy!: number | null;

  @ManyToOne(() => User, { onDelete: 'SET NULL' })
  @JoinColumn({ name: 'invited_by', foreignKeyConstraintName: 'circle_invites_invited_by_fkey' })
  inviter!: Relation<User> | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
