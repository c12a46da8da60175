import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Accounts1767225600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "users" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "email" character varying(254) NOT NULL,
        "password_hash" text NOT NULL,
        "first_name" character varying(100) NOT NULL,
        "last_name" character varying(100) NOT NULL,
        "birthday" date,
        "role" character varying(16) NOT NULL DEFAULT 'user',
        "disabled" boolean NOT NULL DEFAULT false,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "users_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "users_email_key" UNIQUE ("email"),
        CONSTRAINT "users_role_check" CHECK ("role" IN ('user', 'admin'))
      )`);
    await runner.query(`
      CREATE TABLE "logins" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "user_id" integer NOT NULL,
        "handle_digest" bytea NOT NULL,
        "secret_digest" bytea NOT NULL,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "expires_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        CONSTRAINT "logins_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "logins_handle_digest_key" UNIQUE ("handle_digest"),
        CONSTRAINT "logins_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX "logins_user_id_idx" ON "logins" ("user_id")`);
    await runner.query(`CREATE INDEX "logins_expires_at_idx" ON "logins" ("expires_at")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "logins"`);
    await runner.query(`DROP TABLE "users"`);
  }
}
