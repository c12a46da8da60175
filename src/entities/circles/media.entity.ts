import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
} from 'typeorm';
import { ConversationMessage } from './conversation-message.entity.js';

/** A file of a message: announced with the message, uploaded later. */
@Entity('media')
@Index('media_message_id_idx', ['messageId'])
@Index('media_pending_idx', ['createdAt'], { where: `"uploaded_at" IS NULL` })
export class Media {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'media_pkey', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('integer', { name: 'message_id' })
  messageId!: number;

  @ManyToOne(() => ConversationMessage, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'message_id', foreignKeyConstraintName: 'media_message_id_fkey' })
  message!: Relation<ConversationMessage>;

  /** The name it was announced by, made safe. */
  @Column('varchar', { length: 255 })
  identifier!: string;

  /** The name it was uploaded with, made safe; `null` before. */
  @Column('varchar', { length: 255, nullable: true })
  filename!: string | null;

  /** Of the content, not of the name; `null` before the upload. */
  @Column('varchar', { name: 'content_type', length: 127, nullable: true })
  contentType!: string | null;

  /** Bytes. */
  @Column('bigint', { nullable: true })
  size!: string | null;

  /** Where the content is, or will be when the upload in progress ends. */
  @Column('varchar', { name: 'storage_key', length: 64, nullable: true })
  storageKey!: string | null;

  @Column('varchar', { name: 'thumbnail_key', length: 64, nullable: true })
  thumbnailKey!: string | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @Column('timestamptz', { name: 'uploaded_at', nullable: true })
  uploadedAt!: Date | null;
}
