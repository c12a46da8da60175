import { Check, Column, Entity, Index, JoinColumn, ManyToOne, type Relation } from 'typeorm';
import { ConversationLink } from './conversation-link.entity.js';
import { GeneratedId } from '../columns.js';

/** A message of a conversation; a deleted one stays as an empty row, so that repeated sending is recognized. */
@Entity('conversation_messages')
@Index('conversation_messages_conversation_id_id_idx', ['conversationId', 'id'])
@Index('conversation_messages_client_key', ['authorId', 'clientMessageId'], {
  unique: true,
  where: `"client_message_id" IS NOT NULL`,
})
@Index('conversation_messages_words_idx', { synchronize: false })
@Check('conversation_messages_content_check', `char_length("content") <= 8192`)
@Check('conversation_messages_client_check', `("client_message_id" IS NULL) = ("client_digest" IS NULL)`)
export class ConversationMessage {
  @GeneratedId('conversation_messages')
  id!: number;

  @Column('integer', { name: 'conversation_id' })
  conversationId!: number;

  /** The link of its author. */
  @Column('integer', { name: 'author_id' })
  authorId!: number;

  /** Also ensures that the author's link belongs to this conversation. */
  @ManyToOne(() => ConversationLink)
  @JoinColumn([
    {
      name: 'conversation_id',
      referencedColumnName: 'conversationId',
      foreignKeyConstraintName: 'conversation_messages_author_fkey',
    },
    { name: 'author_id', referencedColumnName: 'id', foreignKeyConstraintName: 'conversation_messages_author_fkey' },
  ])
  author!: Relation<ConversationLink>;

  /** The searchable text; what PostgreSQL cannot store is replaced by U+FFFD. */
  @Column('text')
  content!: string;

  /** The text as a JSON string, where `content` is not exactly what was written. */
  @Column('text', { nullable: true })
  exact!: string | null;

  /** To the millisecond, like everything that shows it. */
  @Column('timestamptz', { name: 'sent_at' })
  sentAt!: Date;

  @Column('timestamptz', { name: 'edited_at', nullable: true })
  editedAt!: Date | null;

  @Column('timestamptz', { name: 'deleted_at', nullable: true })
  deletedAt!: Date | null;

  @Column('varchar', { name: 'client_message_id', length: 64, nullable: true })
  clientMessageId!: string | null;

  /** SHA-256 of what was sent with `client_message_id`. */
  @Column('bytea', { name: 'client_digest', nullable: true })
  clientDigest!: Buffer | null;
}
