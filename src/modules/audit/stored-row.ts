import { type EntityManager, type EntityTarget, type ObjectLiteral } from 'typeorm';

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
  // A day has no time zone, which the driver would give it.
  const members = columns.map(
    ({ propertyName, databaseName, type }) =>
      `"${databaseName}"${type === 'date' ? '::text' : ''} AS "${propertyName}"`,
  );
  const conditions = Object.keys(where).map((member, index) => `"${String(column.get(member))}" = $${index + 1}`);
  const statement = `SELECT ${members.join(', ')} FROM "${tableName}" WHERE ${conditions.join(' AND ')} LIMIT 1`;
  const rows: Row[] = await manager.query(statement, Object.values(where));
  return rows[0] ?? null;
}
