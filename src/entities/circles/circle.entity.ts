import { Column, Entity } from 'typeorm';
import { CreatedAt, GeneratedId, UpdatedAt } from '../columns.js';

/** A group, for example a family or a team. */
@Entity('circles')
export class Circle {
  @GeneratedId('circles')
  id!: number;

  @Column('varchar', { length: 100 })
  name!: string;

  @CreatedAt()
  createdAt!: Date;

  @UpdatedAt()
  updatedAt!: Date;
}
