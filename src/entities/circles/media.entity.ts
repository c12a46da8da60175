import { Column, Entity, Index, type Relation } from 'typeorm';
import { User } from '../accounts/user.entity.js';
import { Circle } from './circle.entity.js';
import { ConversationMessage } from './conversation-message.entity.js';
import { CreatedAt, GeneratedId, References } from '../columns.js';

/** A file of a message: announced with the message, uploaded later. */
@Entity('media')
@Index('media_message_id_idx', ['messageId'])
@Index('media_user_id_idx', ['userId'])
@Index('media_circle_id_idx', ['circleId'])
@Index('media_thumbnail_due_idx', ['uploadedAt'], { where: `"thumbnail_due"` })
@Index('media_pending_idx', ['createdAt'], { where: `"uploaded_at" IS NULL` })
export class Media {
  @GeneratedId('media')
  id!: number;

  @Column('integer', { name: 'message_id' })
  messageId!: number;

  @References(() => ConversationMessage, ['media', 'message_id'], 'CASCADE')
  message!: Relation<ConversationMessage>;

  /** The name it was announced with, made safe. */
  @Column('varchar', { length: 255 })
  identifier!: string;

  /** The name it was uploaded with, made safe; `null` before. */
  @Column('varchar', { length: 255, nullable: true })
  filename!: string | null;

  /** The account whose quota it counts in; `null` before the upload, for a device's, and once the account is gone. */
  @Column('integer', { name: 'user_id', nullable: true })
  userId!: number | null;

  @References(() => User, ['media', 'user_id'], 'SET NULL')
  user!: Relation<User> | null;

  /** The circle whose quota it counts in; `null` before the upload, and once the circle is gone. */
  @Column('integer', { name: 'circle_id', nullable: true })
  circleId!: number | null;

  @References(() => Circle, ['media', 'circle_id'], 'SET NULL')
  circle!: Relation<Circle> | null;

  /** Type of the content, not of the name; `null` before the upload. */
  @Column('varchar', { name: 'content_type', length: 127, nullable: true })
  contentType!: string | null;

  /** Its content is not what the sender said: never shown in place. */
  @Column('boolean', { name: 'is_download', default: false })
  isDownload!: boolean;

  /** Bytes. */
  @Column('bigint', { nullable: true })
  size!: string | null;

  /** Where the content is, or will be when the upload in progress ends. */
  @Column('varchar', { name: 'storage_key', length: 64, nullable: true })
  storageKey!: string | null;

  @Column('varchar', { name: 'thumbnail_key', length: 64, nullable: true })
  thumbnailKey!: string | null;

  /** Whether it may get a thumbnail that has not been made yet. */
  @Column('boolean', { name: 'thumbnail_due', default: false })
  thumbnailDue!: boolean;

  @CreatedAt()
  createdAt!: Date;

  @Column('timestamptz', { name: 'uploaded_at', nullable: true })
  uploadedAt!: Date | null;
}
