import { Column, Entity, Unique } from 'typeorm';
import { CreatedAt, GeneratedId, UpdatedAt } from '../columns.js';

/** A tenant of rooms: a backend that authenticates by API key. */
@Entity('applications')
@Unique('applications_name_key', ['name'])
export class Application {
  @GeneratedId('applications')
  id!: number;

  @Column('varchar', { length: 100 })
  name!: string;

  @CreatedAt()
  createdAt!: Date;

  @UpdatedAt()
  updatedAt!: Date;
}
