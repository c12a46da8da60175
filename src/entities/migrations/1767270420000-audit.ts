import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** The audit log: append-only, sealed, and only shortened by one function. */
export class Audit1767270420000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await makeTables(runner);
    await makeAppendOnly(runner);
    await makePrune(runner);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION "audit_prune"(integer)`);
    await runner.query(`DROP TABLE "audit_seals"`);
    await runner.query(`DROP TABLE "audit_entries"`);
    await runner.query(`DROP FUNCTION "audit_append_only"()`);
  }
}

async function makeTables(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE TABLE "audit_entries" (
      "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
      "at" TIMESTAMP WITH TIME ZONE NOT NULL,
      "actor_kind" character varying(32) NOT NULL,
      "actor_id" character varying(300),
      "actor_label" character varying(300),
      "action" character varying(64) NOT NULL,
      "target_kind" character varying(32),
      "target_id" character varying(300),
      "target_label" character varying(300),
      "address" character varying(64),
      "user_agent" character varying(300),
      "node" character varying(64) NOT NULL,
      "request_id" character varying(64),
      "outcome" character varying(16) NOT NULL,
      "count" integer NOT NULL DEFAULT 1,
      "changes" text,
      "mac" bytea NOT NULL,
      CONSTRAINT "audit_entries_pkey" PRIMARY KEY ("id"),
      CONSTRAINT "audit_entries_outcome_check" CHECK ("outcome" IN ('success', 'failure', 'refused'))
    )`);
  await runner.query(`CREATE INDEX "audit_entries_at_idx" ON "audit_entries" ("at")`);
  await runner.query(`CREATE INDEX "audit_entries_action_id_idx" ON "audit_entries" ("action", "id")`);
  await runner.query(`CREATE INDEX "audit_entries_actor_idx" ON "audit_entries" ("actor_kind", "actor_id", "id")`);
  await runner.query(`CREATE INDEX "audit_entries_target_idx" ON "audit_entries" ("target_kind", "target_id", "id")`);
  await runner.query(`
    CREATE TABLE "audit_seals" (
      "id" integer NOT NULL,
      "from_id" integer NOT NULL,
      "to_id" integer NOT NULL,
      "count" integer NOT NULL,
      "sealed_at" TIMESTAMP WITH TIME ZONE NOT NULL,
      "node" character varying(64) NOT NULL,
      "entries" bytea NOT NULL,
      "entries_digest" bytea NOT NULL,
      "previous" bytea NOT NULL,
      "hash" bytea NOT NULL,
      "mac" bytea NOT NULL,
      "signature" bytea,
      "pruned_at" TIMESTAMP WITH TIME ZONE,
      CONSTRAINT "audit_seals_pkey" PRIMARY KEY ("id")
    )`);
}

async function makeAppendOnly(runner: QueryRunner): Promise<void> {
  // The call stack shows the caller: the function must have been called directly by the client's statement.
  await runner.query(`
    CREATE FUNCTION "audit_append_only"() RETURNS trigger LANGUAGE plpgsql AS $$
    DECLARE
      stack text;
    BEGIN
      GET DIAGNOSTICS stack = PG_CONTEXT;
      IF TG_OP = 'TRUNCATE' OR stack !~ '[ .]audit_prune\\(integer\\)[^\\n]*$' THEN
        RAISE EXCEPTION 'the audit log is append-only' USING ERRCODE = 'insufficient_privilege';
      END IF;
      RETURN CASE TG_OP WHEN 'DELETE' THEN OLD ELSE NEW END;
    END $$`);
  for (const table of ['audit_entries', 'audit_seals']) {
    await runner.query(`
      CREATE TRIGGER "${table}_append_only" BEFORE UPDATE OR DELETE ON "${table}"
      FOR EACH ROW EXECUTE FUNCTION "audit_append_only"()`);
    await runner.query(`
      CREATE TRIGGER "${table}_no_truncate" BEFORE TRUNCATE ON "${table}"
      FOR EACH STATEMENT EXECUTE FUNCTION "audit_append_only"()`);
  }
}

async function makePrune(runner: QueryRunner): Promise<void> {
  await runner.query(`
    CREATE FUNCTION "audit_prune"("days" integer) RETURNS integer
    LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
    DECLARE
      cutoff timestamptz := now() - make_interval(days => days);
      last_seal integer;
    BEGIN
      IF days < 1 THEN
        RAISE EXCEPTION 'the audit log is kept for at least a day';
      END IF;
      SELECT coalesce(min("id") FILTER (WHERE "sealed_at" >= cutoff), max("id") + 1) - 1
        INTO last_seal FROM "audit_seals";
      IF NOT EXISTS (SELECT FROM "audit_seals" WHERE "id" <= last_seal AND "pruned_at" IS NULL) THEN
        RETURN NULL;
      END IF;
      DELETE FROM "audit_entries"
        WHERE "id" <= (SELECT "to_id" FROM "audit_seals" WHERE "id" = last_seal);
      UPDATE "audit_seals" SET "entries" = '', "pruned_at" = now() WHERE "id" <= last_seal AND "pruned_at" IS NULL;
      RETURN last_seal;
    END $$`);
}
