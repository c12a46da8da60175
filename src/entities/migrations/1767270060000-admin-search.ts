import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Indexes for admins' searches, and what admins are told of a call: its id on the wire, and why it failed. */
export class AdminSearch1767270060000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TRIGRAMS);
    await runner.query(
      `CREATE INDEX "room_endpoints_room_id_identity_idx" ON "room_endpoints" ("room_id", "identity")`,
    );
    await runner.query(`ALTER TABLE "calls" ADD "wire_id" character varying(64), ADD "reason" character varying(32)`);
    await runner.query(`UPDATE "calls" SET "reason" = 'node_lost' WHERE "outcome" = 'failed'`);
    await runner.query(
      `ALTER TABLE "calls" ADD CONSTRAINT "calls_reason_check"
         CHECK (("reason" IS NOT NULL) = ("outcome" IS NOT DISTINCT FROM 'failed'))`,
    );
    await runner.query(`CREATE INDEX "calls_outcome_id_idx" ON "calls" ("outcome", "id")`);
    await runner.query(`CREATE INDEX "calls_started_at_idx" ON "calls" ("started_at")`);
    await runner.query(`CREATE INDEX "call_participants_sid_idx" ON "call_participants" ("sid")`);
    await runner.query(`CREATE INDEX "call_participants_name_idx" ON "call_participants" ("name")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP INDEX "call_participants_name_idx"');
    await runner.query('DROP INDEX "call_participants_sid_idx"');
    await runner.query('DROP INDEX "calls_started_at_idx"');
    await runner.query('DROP INDEX "calls_outcome_id_idx"');
    await runner.query('ALTER TABLE "calls" DROP CONSTRAINT "calls_reason_check"');
    await runner.query('ALTER TABLE "calls" DROP "reason", DROP "wire_id"');
    await runner.query('DROP INDEX "room_endpoints_room_id_identity_idx"');
    await runner.query('DROP INDEX IF EXISTS "users_words_idx"');
  }
}

/**
 * Finds accounts by any part of their names. A database that lacks the extension, or does not let its owner create it,
 * gives the same results by reading the table. The extension stays when the migration is reverted, since others may use
 * it.
 */
const TRIGRAMS = `
  DO $$ BEGIN
    CREATE EXTENSION IF NOT EXISTS "pg_trgm";
    CREATE INDEX "users_words_idx" ON "users"
      USING gin (("email" || ' ' || "first_name" || ' ' || "last_name") gin_trgm_ops);
  EXCEPTION WHEN insufficient_privilege OR feature_not_supported OR undefined_file OR undefined_object THEN
    RAISE NOTICE 'accounts are searched without an index: %', SQLERRM;
  END $$`;
