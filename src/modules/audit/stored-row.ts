import { prepared } from '../../common/database/prepared.js';
import { type EntityManager, type EntityTarget, type ObjectLiteral } from 'typeorm';

const AS_TEXT: ReadonlySet<unknown> = new Set(['date', 'varchar', 'character varying']);

export type Row = Readonly<Record<string, unknown>>;
type Entity = EntityTarget<ObjectLiteral>;
type Column = ReturnType<EntityManager['dataSource']['getMetadata']>['columns'][number];

/**
 * The row that matches `where`, with the entity's property names; `null` if there is none. Nearly every act reads one, and
 * TypeORM's query builder would cost more than the statement itself.
 */
export async function storedRow(manager: EntityManager, entity: Entity, where: Row): Promise<Row | null> {
  const statement = statementFor('SELECT', manager, entity, where);
  const [row]: Row[] = await manager.query(statement, Object.values(where));
  return row ?? null;
}

/** Removes the row that matches `where`. @returns it, like `storedRow` */
export async function removedRow(manager: EntityManager, entity: Entity, where: Row): Promise<Row | null> {
  const statement = statementFor('DELETE', manager, entity, where);
  const [[row]]: [Row[]] = await manager.query(statement, Object.values(where));
  return row ?? null;
}

/** Stores a new row. @returns it, like `storedRow` */
export async function insertedRow<T extends object>(
  manager: EntityManager,
  entity: new () => T,
  values: Partial<T>,
): Promise<Row> {
  const { columns } = manager.dataSource.getMetadata(entity);
  const given: Row = { ...values };
  const row: Record<string, unknown> = {};
  // Defaults are sent as well, so that there is one statement per entity, whatever is given.
  for (const column of columns) {
    const { [column.propertyName]: value = defaultOf(column) } = given;
    if (value !== undefined) row[column.propertyName] = manager.dataSource.driver.preparePersistentValue(value, column);
  }
  const [stored]: [Row] = await manager.query(statementFor('INSERT', manager, entity, row), Object.values(row));
  return stored;
}

/** `undefined` if only the database knows it. */
function defaultOf({ isVersion, isGenerated, isCreateDate, isUpdateDate, default: value }: Column): unknown {
  if (isVersion) return 1;
  return isGenerated || isCreateDate || isUpdateDate ? undefined : (value ?? null);
}

const statements = new Map<string, string>();

/** @param row has the members that a row is found by, or that a new one is given */
function statementFor(verb: 'SELECT' | 'DELETE' | 'INSERT', manager: EntityManager, entity: Entity, row: Row): string {
  const { columns, tableName } = manager.dataSource.getMetadata(entity);
  const members = Object.keys(row);
  const key = [verb, tableName, ...members].join();
  const known = statements.get(key);
  if (known !== undefined) return known;
  const column = new Map(columns.map(({ propertyName, databaseName }) => [propertyName, `"${databaseName}"`]));
  // Read as text: the driver would give a date a time zone, and the length of a text column may change.
  const all = columns
    .map(({ propertyName, databaseName, type }) => {
      return `"${databaseName}"${AS_TEXT.has(type) ? '::text' : ''} AS "${propertyName}"`;
    })
    .join(', ');
  const names = members.map((member) => column.get(member) ?? '');
  const which = names.map((name, index) => `${name} = $${index + 1}`).join(' AND ');
  const statement = prepared(
    {
      SELECT: `SELECT ${all} FROM "${tableName}" WHERE ${which} LIMIT 1`,
      DELETE: `DELETE FROM "${tableName}" WHERE ${which} RETURNING ${all}`,
      INSERT: `INSERT INTO "${tableName}" (${names.join(', ')}) VALUES (${names.map((_, i) => `$${i + 1}`).join(', ')})
        RETURNING ${all}`,
    }[verb],
  );
  statements.set(key, statement);
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
