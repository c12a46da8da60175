import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * The identities under which providers know an account. The oldest account was created at boot, if it is an admin's.
 */
export class Identities1767270660000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "identities" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "issuer" character varying(500) NOT NULL,
        "subject" character varying(255) NOT NULL,
        "user_id" integer NOT NULL,
        "refusals" integer NOT NULL DEFAULT 0,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "identities_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "identities_issuer_subject_key" UNIQUE ("issuer", "subject"),
        CONSTRAINT "identities_user_id_key" UNIQUE ("user_id"),
        CONSTRAINT "identities_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
      )`);
    await runner.query(`ALTER TABLE "users" ADD "made_at_boot" boolean NOT NULL DEFAULT false`);
    await runner.query(`
      UPDATE "users" SET "made_at_boot" = true
      WHERE "role" = 'admin' AND "id" = (SELECT min("id") FROM "users")`);
    await runner.query(`ALTER TABLE "users" ALTER COLUMN "password_hash" DROP NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    // No password has this text as its hash.
    await runner.query(`UPDATE "users" SET "password_hash" = '' WHERE "password_hash" IS NULL`);
    await runner.query(`ALTER TABLE "users" ALTER COLUMN "password_hash" SET NOT NULL`);
    await runner.query(`ALTER TABLE "users" DROP COLUMN "made_at_boot"`);
    await runner.query(`DROP TABLE "identities"`);
  }
}
