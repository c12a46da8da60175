import { prepared } from '../../common/database/prepared.js';
import { type EntityManager, type EntityTarget, type ObjectLiteral } from 'typeorm';

const AS_TEXT: ReadonlySet<unknown> = new Set(['date', 'varchar', 'character varying']);

export type Row = Readonly<Record<string, unknown>>;

/**
 * The one row of `where`, by the names that the entity gives its columns; `null` if there is none. An act asks twice, and
 * TypeORM's query builder would cost more than the statement.
 */
export async function storedRow(
  manager: EntityManager,
  entity: EntityTarget<ObjectLiteral>,
  where: Row,
): Promise<Row | null> {
  const { columns, tableName } = manager.dataSource.getMetadata(entity);
  const column = new Map(columns.map(({ propertyName, databaseName }) => [propertyName, databaseName]));
  // A day has no time zone, which the driver would give it; and texts may get longer.
  const members = columns.map(
    ({ propertyName, databaseName, type }) =>
      `"${databaseName}"${AS_TEXT.has(type) ? '::text' : ''} AS "${propertyName}"`,
  );
  const conditions = Object.keys(where).map((member, index) => `"${String(column.get(member))}" = $${index + 1}`);
  const statement = `SELECT ${members.join(', ')} FROM "${tableName}" WHERE ${conditions.join(' AND ')} LIMIT 1`;
  const rows: Row[] = await manager.query(prepared(statement), Object.values(where));
  return rows[0] ?? null;
}
