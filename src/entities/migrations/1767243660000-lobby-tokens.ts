import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class LobbyTokens1767243660000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "lobby_tokens" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "user_id" integer NOT NULL,
        "digest" bytea NOT NULL,
        "name" character varying(100),
        "uses" integer,
        "uses_left" integer,
        "expires_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
        CONSTRAINT "lobby_tokens_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "lobby_tokens_digest_key" UNIQUE ("digest"),
        CONSTRAINT "lobby_tokens_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
        CONSTRAINT "lobby_tokens_uses_check" CHECK ("uses" > 0),
        CONSTRAINT "lobby_tokens_uses_left_check" CHECK ("uses_left" >= 0)
      )`);
    await runner.query(`CREATE INDEX "lobby_tokens_user_id_idx" ON "lobby_tokens" ("user_id")`);
    await runner.query(`CREATE INDEX "lobby_tokens_expires_at_idx" ON "lobby_tokens" ("expires_at")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "lobby_tokens"`);
  }
}
