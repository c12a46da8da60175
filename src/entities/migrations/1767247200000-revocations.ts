import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Revocations1767247200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "revocations" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "selector" character varying(16) NOT NULL,
        "subject" character varying(64) NOT NULL,
        "reason" character varying(500),
        "until" TIMESTAMP WITH TIME ZONE,
        "created_by" integer NOT NULL,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "revocations_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "revocations_selector_check" CHECK ("selector" IN ('user', 'device', 'apiKey', 'endpoint', 'service', 'guestCode', 'iota'))
      )`);
    await runner.query(`CREATE INDEX "revocations_until_idx" ON "revocations" ("until")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "revocations"`);
  }
}
