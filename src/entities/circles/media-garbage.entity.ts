import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/**
 * A stored object that no media refers to, or may never refer to: removed once due. Written before an upload begins,
 * and by a trigger when a media is removed or gets other content; deleted when an upload is complete.
 */
@Entity('media_garbage')
@Index('media_garbage_due_at_idx', ['dueAt'])
export class MediaGarbage {
  @PrimaryColumn('varchar', { name: 'storage_key', length: 64, primaryKeyConstraintName: 'media_garbage_pkey' })
  storageKey!: string;

  @Column('timestamptz', { name: 'due_at', default: () => 'now()' })
  dueAt!: Date;

  // The quotas that an upload in progress counts in.
  @Column('integer', { name: 'user_id', nullable: true })
  userId!: number | null;

  @Column('integer', { name: 'circle_id', nullable: true })
  circleId!: number | null;

  /** Bytes that an upload in progress may reach. */
  @Column('bigint', { default: 0 })
  size!: string;
}
