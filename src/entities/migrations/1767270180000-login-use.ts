import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Logins record when, where and by what they were last used. */
export class LoginUse1767270180000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE "logins" ADD "last_used_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
         ADD "address" character varying(64), ADD "user_agent" character varying(256)`,
    );
    // Each use extended it by thirty days.
    await runner.query(`UPDATE "logins" SET "last_used_at" = "expires_at" - interval '30 days'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE "logins" DROP COLUMN "last_used_at", DROP COLUMN "address", DROP COLUMN "user_agent"`,
    );
  }
}
