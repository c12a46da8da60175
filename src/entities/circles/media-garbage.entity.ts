import { CreateDateColumn, Entity, PrimaryColumn } from 'typeorm';

/** A stored object whose media is gone, until the sweeper has removed it. A trigger writes these rows. */
@Entity('media_garbage')
export class MediaGarbage {
  @PrimaryColumn('varchar', { name: 'storage_key', length: 64, primaryKeyConstraintName: 'media_garbage_pkey' })
  storageKey!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;
}
