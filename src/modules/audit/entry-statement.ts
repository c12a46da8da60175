import { prepared } from '../../common/database/prepared.js';
import { WRITERS_LOCK } from './audit-keys.js';

// The lock is taken before the id is drawn: whoever holds it exclusively sees every id up to the last. A common table
// expression for it would cost a tenth of the statement.
const INSERT = `
  INSERT INTO "audit_entries" ("at", "actor_kind", "actor_id", "actor_label", "action", "target_kind", "target_id",
    "target_label", "address", "user_agent", "node", "request_id", "outcome", "count", "changes", "mac")
  SELECT $1::timestamptz, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::integer, $15, $16::bytea
  FROM pg_advisory_xact_lock_shared(${WRITERS_LOCK})`;

const ENTRY = prepared(INSERT);
// For an account that the same transaction removes, nothing is stored.
const ENTRY_OF_PEOPLE = prepared(`WITH "entry" AS (${INSERT} RETURNING "id")
  INSERT INTO "audit_personal" ("entry_id", "user_id", "actor_label", "target_label", "address", "user_agent", "changes")
  SELECT "entry"."id", "p".* FROM "entry", json_to_recordset($17::json) AS "p" ("userId" integer, "actorLabel" text,
    "targetLabel" text, "address" text, "userAgent" text, "changes" text)
  WHERE EXISTS (SELECT FROM "users" WHERE "id" = "p"."userId")`);

/**
 * Writes an entry.
 * @param values the entry's, in the order of its columns
 * @param personal the personal values to keep beside it
 */
export const entryStatement = (
  values: readonly unknown[],
  personal: readonly object[],
): readonly [statement: string, values: unknown[]] =>
  personal.length === 0 ? [ENTRY, [...values]] : [ENTRY_OF_PEOPLE, [...values, JSON.stringify(personal)]];
