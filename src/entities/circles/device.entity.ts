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
  UpdateDateColumn,
} from 'typeorm';
import { Circle } from './circle.entity.js';

/** A box in the home, with a login of its own. */
@Entity('devices')
@Unique('devices_username_key', ['username'])
@Index('devices_circle_id_idx', ['circleId'])
export class Device {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'devices_pkey', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('integer', { name: 'circle_id' })
  circleId!: number;

  @ManyToOne(() => Circle, { onDelete: 'CASCADE' })
  @JoinColumn({ name: 'circle_id', foreignKeyConstraintName: 'devices_circle_id_fkey' })
  circle!: Relation<Circle>;

  @Column('varchar', { length: 100 })
  name!: string;

  /** Twelve letters, made by the server. */
  @Column('varchar', { length: 64 })
  username!: string;

  /** argon2id in its own text form. */
  @Column('text', { name: 'password_hash' })
  passwordHash!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
