import { Check, Column, Entity, type Relation, Unique } from 'typeorm';
import { Application } from './application.entity.js';
import { CreatedAt, GeneratedId, References, UpdatedAt } from '../columns.js';

/** A relay group of an application. */
@Entity('rooms')
@Unique('rooms_application_id_name_key', ['applicationId', 'name'])
@Check('rooms_history_limit_check', `"history_limit" > 0`)
@Check('rooms_retention_days_check', `"retention_days" > 0`)
export class Room {
  @GeneratedId('rooms')
  id!: number;

  @Column('integer', { name: 'application_id' })
  applicationId!: number;

  @References(() => Application, ['rooms', 'application_id'], 'CASCADE')
  application!: Relation<Application>;

  @Column('varchar', { length: 100 })
  name!: string;

  /** Whether messages are kept; then the room has a head. */
  @Column('boolean', { default: false })
  durable!: boolean;

  /** Maximum number of messages kept; `null` = no limit. */
  @Column('integer', { name: 'history_limit', nullable: true })
  historyLimit!: number | null;

  /** Days for which messages are kept; `null` = for ever. */
  @Column('integer', { name: 'retention_days', nullable: true })
  retentionDays!: number | null;

  @CreatedAt()
  createdAt!: Date;

  @UpdatedAt()
  updatedAt!: Date;
}
