import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Whose quotas media count in, which media are never shown in place, and thumbnails that are made later. */
export class MediaQuota1767268920000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      ALTER TABLE "media"
        ADD "user_id" integer,
        ADD "circle_id" integer,
        ADD "is_download" boolean NOT NULL DEFAULT false,
        ADD "thumbnail_due" boolean NOT NULL DEFAULT false`);
    await runner.query(`
      UPDATE "media" x SET "user_id" = a."user_id", "circle_id" = c."circle_id"
      FROM "conversation_messages" m
      JOIN "conversation_links" a ON a."id" = m."author_id"
      JOIN "conversations" c ON c."id" = m."conversation_id"
      WHERE m."id" = x."message_id" AND x."uploaded_at" IS NOT NULL`);
    await runner.query(`
      ALTER TABLE "media"
        ADD CONSTRAINT "media_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE SET NULL,
        ADD CONSTRAINT "media_circle_id_fkey" FOREIGN KEY ("circle_id") REFERENCES "circles" ("id") ON DELETE SET NULL`);
    await runner.query(`CREATE INDEX "media_user_id_idx" ON "media" ("user_id")`);
    await runner.query(`CREATE INDEX "media_circle_id_idx" ON "media" ("circle_id")`);
    await runner.query(`CREATE INDEX "media_thumbnail_due_idx" ON "media" ("uploaded_at") WHERE "thumbnail_due"`);
    await runner.query(`
      ALTER TABLE "media_garbage"
        ADD "user_id" integer,
        ADD "circle_id" integer,
        ADD "size" bigint NOT NULL DEFAULT 0`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "media_garbage" DROP "user_id", DROP "circle_id", DROP "size"`);
    await runner.query(`
      ALTER TABLE "media" DROP "user_id", DROP "circle_id", DROP "is_download", DROP "thumbnail_due"`);
  }
}
