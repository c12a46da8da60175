import { prepared } from '../../common/database/prepared.js';
import { WRITERS_LOCK } from './audit-keys.js';

// The lock is taken before the id is drawn: whoever holds it exclusively sees every id up to the last.
const TURN = `"turn" AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(${WRITERS_LOCK}))`;
const entryAfter = (what: string): string => `"entry" AS (
  INSERT INTO "audit_entries" ("at", "actor_kind", "actor_id", "actor_label", "action", "target_kind", "target_id",
    "target_label", "address", "user_agent", "node", "request_id", "outcome", "count", "changes", "mac")
  SELECT $1::timestamptz, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::integer, $15, $16::bytea FROM ${what}
  RETURNING "id")`;
// For an account that the same transaction removes, nothing is stored.
const PEOPLE = `"people" AS (
  INSERT INTO "audit_personal" ("entry_id", "user_id", "actor_label", "target_label", "address", "user_agent", "changes")
  SELECT "entry"."id", "p".* FROM "entry", json_to_recordset($17::json) AS "p" ("userId" integer, "actorLabel" text,
    "targetLabel" text, "address" text, "userAgent" text, "changes" text)
  WHERE EXISTS (SELECT FROM "users" WHERE "id" = "p"."userId"))`;
const RESULT = 'SELECT 1 FROM "entry"';

const removals = new Map<string, string>();

const ENTRY = prepared(`WITH ${TURN}, ${entryAfter('"turn"')} ${RESULT}`);
const ENTRY_OF_PEOPLE = prepared(`WITH ${TURN}, ${entryAfter('"turn"')}, ${PEOPLE} ${RESULT}`);

/** The row to remove with the entry. If it is no longer of this version, it stays and no entry is written. */
export interface Removal {
  readonly table: string;
  readonly id: unknown;
  readonly version: string;
}

/**
 * Writes an entry: one row, or none if there was nothing to remove.
 * @param values the entry's, in the order of its columns
 * @param personal the personal values to keep beside it
 */
export function entryStatement(
  values: readonly unknown[],
  personal: readonly object[],
  removal?: Removal,
): readonly [statement: string, values: unknown[]] {
  if (removal) {
    return [removalOf(removal.table), [...values, JSON.stringify(personal), removal.id, removal.version]];
  }
  return personal.length === 0 ? [ENTRY, [...values]] : [ENTRY_OF_PEOPLE, [...values, JSON.stringify(personal)]];
}

/** Removes the row with the given id, if it is still of the given version. */
function removalOf(table: string): string {
  const gone = `"gone" AS (DELETE FROM "${table}" WHERE "id" = $18::integer AND xmin = $19::xid RETURNING 1)`;
  const statement =
    removals.get(table) ?? prepared(`WITH ${TURN}, ${gone}, ${entryAfter('"turn", "gone"')}, ${PEOPLE} ${RESULT}`);
  removals.set(table, statement);
  return statement;
}
