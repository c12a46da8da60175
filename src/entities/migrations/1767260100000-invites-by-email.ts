import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Invitations name an email instead of an account, so that they do not reveal which accounts exist. */
export class InvitesByEmail1767260100000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "circle_invites" ADD "email" character varying(254);
      UPDATE "circle_invites" i SET "email" = u."email" FROM "users" u WHERE u."id" = i."user_id";
      ALTER TABLE "circle_invites" ALTER "email" SET NOT NULL, DROP "user_id",
        ADD CONSTRAINT "circle_invites_circle_id_email_key" UNIQUE ("circle_id", "email");
      CREATE INDEX "circle_invites_email_idx" ON "circle_invites" ("email")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "circle_invites" ADD "user_id" integer;
      UPDATE "circle_invites" i SET "user_id" = u."id" FROM "users" u WHERE u."email" = i."email";
      DELETE FROM "circle_invites" WHERE "user_id" IS NULL;
      ALTER TABLE "circle_invites" ALTER "user_id" SET NOT NULL, DROP "email",
        ADD CONSTRAINT "circle_invites_circle_id_user_id_key" UNIQUE ("circle_id", "user_id"),
        ADD CONSTRAINT "circle_invites_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE;
      CREATE INDEX "circle_invites_user_id_idx" ON "circle_invites" ("user_id")`);
  }
}
