import { Column, Entity } from 'typeorm';
import { CreatedAt, GeneratedId, UpdatedAt } from '../columns.js';

/** A family's or team's group. */
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
