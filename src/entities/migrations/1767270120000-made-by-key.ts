import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * Endpoints remember the key that created them even after it is deleted, so that a revocation of the key stays
 * effective.
 */
export class MadeByKey1767270120000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "room_endpoints" ADD "made_by_key" integer`);
    await runner.query(`UPDATE "room_endpoints" SET "made_by_key" = "key_id" WHERE "key_id" IS NOT NULL`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "room_endpoints" DROP COLUMN "made_by_key"`);
  }
}
