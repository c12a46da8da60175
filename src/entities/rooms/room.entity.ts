import {
  Check,
  Column,
  CreateDateColumn,
  Entity,
  JoinColumn,
  ManyToOne,
  PrimaryGeneratedColumn,
  type Relation,
  Unique,
  UpdateDateColumn,
} from 'typeorm';
import { Application } from './application.entity.js';

/** A relay group of an application. */
@Entity('rooms')
@Unique('rooms_application_id_name_key', ['applicationId', 'name'])
@Check('rooms_history_limit_check', `"history_limit" > 0`)
@Check('rooms_retention_days_check', `"retention_days" > 0`)
export class Room {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'rooms_pkey', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('integer', { name: 'application_id' })
  applicationId!: number;

  @ManyToOne(() => Application, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'application_id', foreignKeyConstraintName: 'rooms_application_id_fkey' })
  application!: Relation<Application>;

  @Column('varchar', { length: 100 })
  name!: string;

  /** Whether messages are kept; then the room has a head. */
  @Column('boolean', { default: false })
  durable!: boolean;

  /** Messages kept; `null` = any number. */
  @Column('integer', { name: 'history_limit', nullable: true })
  historyLimit!: number | null;

  /** Days for which messages are kept; `null` = for ever. */
  @Column('integer', { name: 'retention_days', nullable: true })
  retentionDays!: number | null;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
