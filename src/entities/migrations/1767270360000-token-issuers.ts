import { type MigrationInterface, type QueryRunner } from 'typeorm';

const SELECTORS = `'user', 'device', 'apiKey', 'endpoint', 'service', 'guestCode', 'iota'`;

/** Issuers whose tokens admit to the rooms of an application. */
export class TokenIssuers1767270360000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "token_issuers" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "application_id" integer NOT NULL,
        "issuer" character varying(255) NOT NULL,
        "algorithm" character varying(10) NOT NULL,
        "secret_sealed" bytea,
        "jwks" jsonb,
        "jwks_url" character varying(2048),
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "token_issuers_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "token_issuers_issuer_key" UNIQUE ("issuer"),
        CONSTRAINT "token_issuers_key_check" CHECK (num_nonnulls("secret_sealed", "jwks", "jwks_url") = 1),
        CONSTRAINT "token_issuers_application_id_fkey"
          FOREIGN KEY ("application_id") REFERENCES "applications" ("id") ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX "token_issuers_application_id_idx" ON "token_issuers" ("application_id")`);
    await allowSelectors(runner, `${SELECTORS}, 'issuer'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DELETE FROM "revocations" WHERE "selector" = 'issuer'`);
    await allowSelectors(runner, SELECTORS);
    await runner.query(`DROP TABLE "token_issuers"`);
  }
}

async function allowSelectors(runner: QueryRunner, list: string): Promise<void> {
  await runner.query(`
    ALTER TABLE "revocations" DROP CONSTRAINT "revocations_selector_check",
      ADD CONSTRAINT "revocations_selector_check" CHECK ("selector" IN (${list}))`);
}
