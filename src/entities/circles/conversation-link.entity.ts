import { Check, Column, CreateDateColumn, Entity, Index, JoinColumn, ManyToOne, type Relation, Unique } from 'typeorm';
import { User } from '../accounts/user.entity.js';
import { CircleMember } from './circle-member.entity.js';
import { Conversation } from './conversation.entity.js';
import { Device } from './device.entity.js';
import { GeneratedId, References } from '../columns.js';

export type ConversationPrivilege = 'ADMIN' | 'STANDARD';

/**
 * Ties a person or a device to a conversation, and their messages to them. It stays when they leave; removing an
 * account only clears its user, which makes all its messages anonymous at once.
 */
@Entity('conversation_links')
@Unique('conversation_links_conversation_id_id_key', ['conversationId', 'id'])
@Unique('conversation_links_user_id_conversation_id_key', ['userId', 'conversationId'])
@Unique('conversation_links_device_id_conversation_id_key', ['deviceId', 'conversationId'])
@Index('conversation_links_member_idx', ['memberOf', 'userId'])
@Index('conversation_links_admin_key', ['conversationId'], {
  unique: true,
  where: `"privilege" = 'ADMIN' AND "member_of" IS NOT NULL`,
})
@Check('conversation_links_privilege_check', `"privilege" IN ('ADMIN', 'STANDARD')`)
@Check('conversation_links_owner_check', `num_nonnulls("user_id", "device_id") <= 1`)
export class ConversationLink {
  @GeneratedId('conversation_links')
  id!: number;

  @Column('integer', { name: 'conversation_id' })
  conversationId!: number;

  @References(() => Conversation, ['conversation_links', 'conversation_id'], 'CASCADE')
  conversation!: Relation<Conversation>;

  /** `null` for devices, and once the account is gone. */
  @Column('integer', { name: 'user_id', nullable: true })
  userId!: number | null;

  @References(() => User, ['conversation_links', 'user_id'], 'SET NULL')
  user!: Relation<User> | null;

  /** `null` for people, and once the device is gone. */
  @Column('integer', { name: 'device_id', nullable: true })
  deviceId!: number | null;

  @References(() => Device, ['conversation_links', 'device_id'], 'SET NULL')
  device!: Relation<Device> | null;

  /** The circle whose membership lets a person take part; `null` for devices, and for those who no longer take part. */
  @Column('integer', { name: 'member_of', nullable: true })
  memberOf!: number | null;

  /** Leaving the circle means leaving its conversations: only `member_of` becomes `null`. */
  @ManyToOne(() => CircleMember, { onDelete: 'SET NULL' })
  @JoinColumn([
    { name: 'member_of', referencedColumnName: 'circleId', foreignKeyConstraintName: 'conversation_links_member_fkey' },
    { name: 'user_id', referencedColumnName: 'userId', foreignKeyConstraintName: 'conversation_links_member_fkey' },
  ])
  membership!: Relation<CircleMember> | null;

  @Column('varchar', { length: 16 })
  privilege!: ConversationPrivilege;

  /** Id of the newest message they have read. */
  @Column('integer', { name: 'read_message_id', default: 0 })
  readMessageId!: number;

  @CreateDateColumn({ name: 'joined_at', type: 'timestamptz' })
  joinedAt!: Date;
}
