import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Keys for programs, which may revoke without an account of their own. */
export class MachineKeys1767270300000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "machine_keys" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "name" character varying(100) NOT NULL,
        "prefix" character varying(16) NOT NULL,
        "digest" bytea NOT NULL,
        "previous_digest" bytea,
        "previous_until" TIMESTAMP WITH TIME ZONE,
        "scopes" text array NOT NULL,
        "allowed_networks" text array,
        "expires_at" TIMESTAMP WITH TIME ZONE,
        "made_by" integer,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "last_used_at" TIMESTAMP WITH TIME ZONE,
        "last_used_from" character varying(64),
        CONSTRAINT "machine_keys_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "machine_keys_digest_key" UNIQUE ("digest"),
        CONSTRAINT "machine_keys_previous_digest_key" UNIQUE ("previous_digest"),
        CONSTRAINT "machine_keys_made_by_fkey" FOREIGN KEY ("made_by") REFERENCES "users" ("id") ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX "machine_keys_made_by_idx" ON "machine_keys" ("made_by")`);
    await runner.query(`ALTER TABLE "revocations" ALTER COLUMN "created_by" DROP NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM "revocations" WHERE "created_by" IS NULL`);
    await runner.query(`ALTER TABLE "revocations" ALTER COLUMN "created_by" SET NOT NULL`);
    await runner.query(`DROP TABLE "machine_keys"`);
  }
}
