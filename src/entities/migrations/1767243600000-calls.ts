import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Calls1767243600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "calls" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "key" character varying(64) NOT NULL,
        "protocol" character varying(16) NOT NULL,
        "outcome" character varying(16),
        "started_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        "answered_at" TIMESTAMP WITH TIME ZONE,
        "ended_at" TIMESTAMP WITH TIME ZONE,
        "ended_by" character varying(64),
        "lease_until" TIMESTAMP WITH TIME ZONE NOT NULL,
        "lapsed" boolean NOT NULL DEFAULT false,
        CONSTRAINT "calls_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "calls_key_key" UNIQUE ("key"),
        CONSTRAINT "calls_protocol_check" CHECK ("protocol" IN ('signaling', 'omikron')),
        CONSTRAINT "calls_outcome_check"
          CHECK ("outcome" IN ('completed', 'declined', 'cancelled', 'expired', 'failed'))
      )`);
    await runner.query(`CREATE INDEX "calls_lease_until_idx" ON "calls" ("lease_until") WHERE "ended_at" IS NULL`);
    await runner.query(`
      CREATE TABLE "call_participants" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "call_id" integer NOT NULL,
        "sid" character varying(64) NOT NULL,
        "name" character varying(100) NOT NULL,
        "user_id" integer,
        "joined_at" TIMESTAMP WITH TIME ZONE,
        "left_at" TIMESTAMP WITH TIME ZONE,
        "muted" boolean NOT NULL DEFAULT false,
        "video_off" boolean NOT NULL DEFAULT false,
        CONSTRAINT "call_participants_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "call_participants_call_id_sid_key" UNIQUE ("call_id", "sid"),
        CONSTRAINT "call_participants_call_id_fkey" FOREIGN KEY ("call_id")
          REFERENCES "calls" ("id") ON DELETE CASCADE,
        CONSTRAINT "call_participants_user_id_fkey" FOREIGN KEY ("user_id")
          REFERENCES "users" ("id") ON DELETE SET NULL
      )`);
    await runner.query(`CREATE INDEX "call_participants_user_id_idx" ON "call_participants" ("user_id")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "call_participants"`);
    await runner.query(`DROP TABLE "calls"`);
  }
}
