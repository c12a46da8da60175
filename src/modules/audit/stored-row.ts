import { prepared } from '../../common/database/prepared.js';
import { type EntityManager, type EntityTarget, type ObjectLiteral } from 'typeorm';

const AS_TEXT: ReadonlySet<unknown> = new Set(['date', 'varchar', 'character varying']);
/** Cannot clash with a property. */
const VERSION = ' version';

export type Row = Readonly<Record<string, unknown>>;
type Entity = EntityTarget<ObjectLiteral>;

/** A row as it was read; every change gives it another version. */
export interface VersionedRow {
  readonly row: Row;
  readonly version: string;
}

/**
 * The row that matches `where`, with the entity's property names; `null` if there is none. Nearly every act reads one, and
 * TypeORM's query builder would cost more than the statement itself.
 */
export async function storedRow(manager: EntityManager, entity: Entity, where: Row): Promise<Row | null> {
  const rows: Row[] = await manager.query(selection(manager, entity, where), Object.values(where));
  return rows[0] ?? null;
}

/** Like `storedRow`, with the row's version. */
export async function versionedRow(manager: EntityManager, entity: Entity, where: Row): Promise<VersionedRow | null> {
  const statement = selection(manager, entity, where, `, xmin::text AS "${VERSION}"`);
  const [found]: Row[] = await manager.query(statement, Object.values(where));
  if (found === undefined) return null;
  const { [VERSION]: version, ...row } = found;
  return { row, version: String(version) };
}

const selections = new Map<string, string>();

function selection(manager: EntityManager, entity: Entity, where: Row, more = ''): string {
  const { columns, tableName } = manager.dataSource.getMetadata(entity);
  const key = [tableName, more, ...Object.keys(where)].join();
  const known = selections.get(key);
  if (known !== undefined) return known;
  const column = new Map(columns.map(({ propertyName, databaseName }) => [propertyName, databaseName]));
  // Read as text: the driver would give a date a time zone, and the length of a text column may change.
  const members = columns.map(
    ({ propertyName, databaseName, type }) =>
      `"${databaseName}"${AS_TEXT.has(type) ? '::text' : ''} AS "${propertyName}"`,
  );
  const conditions = Object.keys(where).map((member, index) => `"${String(column.get(member))}" = $${index + 1}`);
  const statement = prepared(
    `SELECT ${members.join(', ')}${more} FROM "${tableName}" WHERE ${conditions.join(' AND ')} LIMIT 1`,
  );
  selections.set(key, statement);
  return statement;
}

/**
 * The row that an act returned, by itself or as a member, in the form of `storedRow`; `undefined` if there is none, or not
 * with all columns. Only for entities whose values are those of the driver.
 */
export function answeredRow(manager: EntityManager, entity: Entity, answer: unknown): Row | undefined {
  if (typeof entity !== 'function' || typeof answer !== 'object' || answer === null) return undefined;
  const members: unknown[] = Object.values(answer);
  const found = [answer, ...members].find((each): each is Row => each instanceof entity);
  if (found === undefined) return undefined;
  const row: Record<string, unknown> = {};
  for (const { propertyName, isNullable } of manager.dataSource.getMetadata(entity).columns) {
    const value = found[propertyName];
    if (value === undefined && !isNullable) return undefined;
    row[propertyName] = value ?? null;
  }
  return row;
}
