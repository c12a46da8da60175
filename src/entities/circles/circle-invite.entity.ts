import { Column, Entity, Index, type Relation, Unique } from 'typeorm';
import { User } from '../accounts/user.entity.js';
import { Circle } from './circle.entity.js';
import { CreatedAt, GeneratedId, References } from '../columns.js';

/** Lets whoever has this email join a circle; removed once they have answered. */
@Entity('circle_invites')
@Unique('circle_invites_circle_id_email_key', ['circleId', 'email'])
@Index('circle_invites_email_idx', ['email'])
@Index('circle_invites_invited_by_idx', ['invitedBy'])
export class CircleInvite {
  @GeneratedId('circle_invites')
  id!: number;

  @Column('integer', { name: 'circle_id' })
  circleId!: number;

  @References(() => Circle, ['circle_invites', 'circle_id'], 'CASCADE')
  circle!: Relation<Circle>;

  /** Normalized; whether or not there is such an account. */
  @Column('varchar', { length: 254 })
  email!: string;

  /** `null` once that account is gone. */
  @Column('integer', { name: 'invited_by', nullable: true })
  invitedBy!: number | null;

  @References(() => User, ['circle_invites', 'invited_by'], 'SET NULL')
  inviter!: Relation<User> | null;

  @CreatedAt()
  createdAt!: Date;
}
