import { Column, Entity, Index, type Relation, Unique } from 'typeorm';
import { Application } from './application.entity.js';
import { CreatedAt, GeneratedId, References } from '../columns.js';

/** An API key, stored as the SHA-256 digest it is looked up by. An application may have several. */
@Entity('application_keys')
@Unique('application_keys_digest_key', ['digest'])
@Index('application_keys_application_id_idx', ['applicationId'])
export class ApplicationKey {
  @GeneratedId('application_keys')
  id!: number;

  @Column('integer', { name: 'application_id' })
  applicationId!: number;

  @References(() => Application, ['application_keys', 'application_id'], 'CASCADE')
  application!: Relation<Application>;

  @Column('bytea')
  digest!: Buffer;

  /** By which its owner recognizes it. */
  @Column('varchar', { length: 16 })
  prefix!: string;

  @CreatedAt()
  createdAt!: Date;

  /** To the minute. */
  @Column('timestamptz', { name: 'last_used_at', nullable: true })
  lastUsedAt!: Date | null;
}
