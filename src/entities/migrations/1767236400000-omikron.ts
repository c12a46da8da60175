import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Omikron1767236400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "omikron_iotas" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "iota_id" uuid NOT NULL,
        "name" character varying(100) NOT NULL,
        "token_digest" bytea NOT NULL,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "omikron_iotas_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "omikron_iotas_iota_id_key" UNIQUE ("iota_id"),
        CONSTRAINT "omikron_iotas_token_digest_key" UNIQUE ("token_digest")
      )`);
    await runner.query(`
      CREATE TABLE "omikron_profiles" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "user_id" uuid NOT NULL,
        "iota_id" uuid NOT NULL,
        "key_digest" bytea NOT NULL,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "omikron_profiles_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "omikron_profiles_user_id_key" UNIQUE ("user_id"),
        CONSTRAINT "omikron_profiles_iota_id_fkey" FOREIGN KEY ("iota_id")
          REFERENCES "omikron_iotas" ("iota_id") ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX "omikron_profiles_iota_id_idx" ON "omikron_profiles" ("iota_id", "id")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "omikron_profiles"`);
    await runner.query(`DROP TABLE "omikron_iotas"`);
  }
}
