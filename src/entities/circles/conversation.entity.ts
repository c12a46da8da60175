import { Column, Entity, Index, type Relation } from 'typeorm';
import { Circle } from './circle.entity.js';
import { CreatedAt, GeneratedId, References, UpdatedAt } from '../columns.js';

/**
 * A thread of messages in a circle. Removing one clears its circle, which makes it invisible at once; its messages, of
 * which there may be millions, are swept later.
 */
@Entity('conversations')
@Index('conversations_circle_id_idx', ['circleId'])
@Index('conversations_removed_idx', ['id'], { where: `"circle_id" IS NULL` })
export class Conversation {
  @GeneratedId('conversations')
  id!: number;

  /** `null` once it is removed. */
  @Column('integer', { name: 'circle_id', nullable: true })
  circleId!: number | null;

  @References(() => Circle, ['conversations', 'circle_id'], 'SET NULL')
  circle!: Relation<Circle> | null;

  @Column('varchar', { length: 100 })
  name!: string;

  /** Whether the circle's devices take part. */
  @Column('boolean', { name: 'device_access', default: false })
  deviceAccess!: boolean;

  /** Id of the newest message, 0 before the first; locking the row makes ids visible in ascending order. */
  @Column('integer', { name: 'last_message_id', default: 0 })
  lastMessageId!: number;

  @CreatedAt()
  createdAt!: Date;

  @UpdatedAt()
  updatedAt!: Date;
}
