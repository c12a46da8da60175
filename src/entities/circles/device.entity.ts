import { Column, Entity, Index, type Relation, Unique } from 'typeorm';
import { Circle } from './circle.entity.js';
import { CreatedAt, GeneratedId, References, UpdatedAt } from '../columns.js';

/** A box in the home, with a login of its own. */
@Entity('devices')
@Unique('devices_username_key', ['username'])
@Index('devices_circle_id_idx', ['circleId'])
export class Device {
  @GeneratedId('devices')
  id!: number;

  @Column('integer', { name: 'circle_id' })
  circleId!: number;

  @References(() => Circle, ['devices', 'circle_id'], 'CASCADE')
  circle!: Relation<Circle>;

  @Column('varchar', { length: 100 })
  name!: string;

  /** Twelve letters, made by the server. */
  @Column('varchar', { length: 64 })
  username!: string;

  /** argon2id in its own text form. */
  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @CreatedAt()
  createdAt!: Date;

  @UpdatedAt()
  updatedAt!: Date;
}
