import { Column, CreateDateColumn, Entity, PrimaryGeneratedColumn, Unique, UpdateDateColumn } from 'typeorm';

/** A tenant of rooms: a backend that authenticates by API key. */
@Entity('applications')
@Unique('applications_name_key', ['name'])
export class Application {
  @PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: 'applications_pkey', generatedIdentity: 'ALWAYS' })
  id!: number;

  @Column('varchar', { length: 100 })
  name!: string;

  @CreateDateColumn({ name: 'created_at', type: 'timestamptz' })
  createdAt!: Date;

  @UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' })
  updatedAt!: Date;
}
