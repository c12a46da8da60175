import {
  Column,
  CreateDateColumn,
  Entity,
  Index,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  Unique,
} from 'typeorm';
import { Application } from './application.entity.js';

/** An API key, stored as the SHA-256 digest it is found by. An application may have several. */
@Entity('application_keys')
@Unique('application_keys_digest_key', ['digest'])
@Index('application_keys_application_id_idx', ['applicationId'])
export class ApplicationKey {
  @PrimaryGeneratedColumn('identity', {
    primaryKeyConstraintName: 'application_keys_pkey',
    generatedIdentity: 'ALWAYS',
  })
  id!: number;

  @Column('integer', { name: 'application_id' })
  applicationId!: number;

  @ManyToOne(() => Application, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'application_id', foreignKeyConstraintName: 'application_keys_application_id_fkey' })
  application!: Relation<Application>;

  @Column('bytea')
  digest!: Buffer;

  /** What its owner tells it from others by. */
  @Column('varchar', { length: 16 })
  prefix!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  /** To the minute. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
