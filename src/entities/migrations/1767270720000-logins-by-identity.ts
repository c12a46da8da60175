import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Logins record the identity they began with. If an account has one, all its earlier logins may have begun with it. */
export class LoginsByIdentity1767270720000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(
      `ALTER TABLE "logins" ADD "identity_id" integer,
         ADD CONSTRAINT "logins_identity_id_fkey" FOREIGN KEY ("identity_id") REFERENCES "identities" ("id") ON DELETE CASCADE`,
    );
    await runner.query(`CREATE INDEX "logins_identity_id_idx" ON "logins" ("identity_id")`);
    await runner.query(
      `UPDATE "logins" SET "identity_id" = i."id" FROM "identities" i WHERE i."user_id" = "logins"."user_id"`,
    );
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "logins" DROP COLUMN "identity_id"`);
  }
}
