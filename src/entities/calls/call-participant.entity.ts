import { Column, Entity, Index, type Relation, Unique } from 'typeorm';
import { User } from '../accounts/user.entity.js';
import { Call } from './call.entity.js';
import { GeneratedId, References } from '../columns.js';

/** Somebody who called, was called, or was in a call. */
@Entity('call_participants')
@Unique('call_participants_call_id_sid_key', ['callId', 'sid'])
@Index('call_participants_user_id_idx', ['userId'])
@Index('call_participants_sid_idx', ['sid'])
@Index('call_participants_name_idx', ['name'])
export class CallParticipant {
  @GeneratedId('call_participants')
  id!: number;

  @Column('integer', { name: 'call_id' })
  callId!: number;

  @References(() => Call, ['call_participants', 'call_id'], 'CASCADE')
  call!: Relation<Call>;

  /** The participant's id in the protocol: that of a socket, or of a user. */
  @Column('varchar', { length: 64 })
  sid!: string;

  @Column('varchar', { length: 100 })
  name!: string;

  /** The account behind it, if it presented one. */
  @Column('integer', { name: 'user_id', nullable: true })
  userId!: number | null;

  @References(() => User, ['call_participants', 'user_id'], 'SET NULL')
  user!: Relation<User> | null;

  @Column('timestamptz', { name: 'joined_at', nullable: true })
  joinedAt!: Date | null;

  @Column('timestamptz', { name: 'left_at', nullable: true })
  leftAt!: Date | null;

  @Column('boolean', { default: false })
  muted!: boolean;

  @Column('boolean', { name: 'video_off', default: false })
  videoOff!: boolean;
}
