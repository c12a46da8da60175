import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, UpdateDateColumn } from 'typeorm';

/** A family's or team's group. */
@Entity('circles')
export class Circle {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'circles_pkey', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('varchar', { length: 100 })
  name!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
