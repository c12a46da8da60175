import {
  CreateDateColumn,
  JoinColumn,
  ManyToOne,
  type ObjectType,
  PrimaryGeneratedColumn,
  type RelationOptions,
  UpdateDateColumn,
} from 'typeorm';

/** Constraints have the names that PostgreSQL gives by default. */
export const GeneratedId = (table: string): PropertyDecorator =>
  PrimaryGeneratedColumn('identity', { primaryKeyConstraintName: `${table}_pkey`, generatedIdentity: 'ALWAYS' });

export const CreatedAt = (): PropertyDecorator => CreateDateColumn({ name: 'created_at', type: 'timestamptz' });

export const UpdatedAt = (): PropertyDecorator => UpdateDateColumn({ name: 'updated_at', type: 'timestamptz' });

/** A foreign key to the id of `type`, which may be given by name where its module cannot be imported. */
export function References(
  type: string | (() => ObjectType<object>),
  [table, column]: readonly [table: string, column: string],
  onDelete: NonNullable<RelationOptions['onDelete']>,
): PropertyDecorator {
  return (target, property) => {
    ManyToOne(type, { onDelete })(target, property);
    JoinColumn({ name: column, foreignKeyConstraintName: `${table}_${column}_fkey` })(target, property);
  };
}
