import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Services1767229200000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "services" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "title" character varying(32) NOT NULL,
        "host_token_digest" bytea NOT NULL,
        "client_token_digest" bytea NOT NULL,
        "allow_public_code" boolean NOT NULL DEFAULT false,
        "allow_multiple_hosts" boolean NOT NULL DEFAULT false,
        "targeting" boolean NOT NULL DEFAULT true,
        "host_grace_seconds" integer NOT NULL DEFAULT 0,
        "guest_limit" integer,
        "code_ttl_seconds" integer,
        "code_length" smallint NOT NULL DEFAULT 4,
        "version" integer NOT NULL,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "services_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "services_title_key" UNIQUE ("title"),
        CONSTRAINT "services_host_token_digest_key" UNIQUE ("host_token_digest"),
        CONSTRAINT "services_client_token_digest_key" UNIQUE ("client_token_digest"),
        CONSTRAINT "services_host_grace_seconds_check" CHECK ("host_grace_seconds" >= 0),
        CONSTRAINT "services_guest_limit_check" CHECK ("guest_limit" > 0),
        CONSTRAINT "services_code_ttl_seconds_check" CHECK ("code_ttl_seconds" > 0),
        CONSTRAINT "services_code_length_check" CHECK ("code_length" BETWEEN 4 AND 12)
      )`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "services"`);
  }
}
