import { Check, Column, CreateDateColumn, Entity, Index, PrimaryColumn, type Relation } from 'typeorm';
import { User } from '../accounts/user.entity.js';
import { Circle } from './circle.entity.js';
import { References } from '../columns.js';

/** A member's privilege in the circle; exactly one is `ADMIN`. */
export type CirclePrivilege = 'ADMIN' | 'REGULAR' | 'MEMBRE' | 'DEFAULT';

/** A person in a circle. */
@Entity('circle_members')
@Index('circle_members_user_id_idx', ['userId'])
@Index('circle_members_admin_key', ['circleId'], { unique: true, where: `"privilege" = 'ADMIN'` })
@Check('circle_members_privilege_check', `"privilege" IN ('ADMIN', 'REGULAR', 'MEMBRE', 'DEFAULT')`)
export class CircleMember {
  @PrimaryColumn('integer', { name: 'circle_id', primaryKeyConstraintName: 'circle_members_pkey' })
  circleId!: number;

  @PrimaryColumn('integer', { name: 'user_id', primaryKeyConstraintName: 'circle_members_pkey' })
  userId!: number;

  @References(() => Circle, ['circle_members', 'circle_id'], 'CASCADE')
  circle!: Relation<Circle>;

  @References(() => User, ['circle_members', 'user_id'], 'CASCADE')
  user!: Relation<User>;

  @Column('varchar', { length: 16 })
  privilege!: CirclePrivilege;

  @CreateDateColumn({ name: 'joined_at', type: 'timestamptz' })
  joinedAt!: Date;
}
