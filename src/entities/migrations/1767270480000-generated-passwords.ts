import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Accounts that there are have changed theirs, or are not asked to. */
export class GeneratedPasswords1767270480000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "users" ADD "password_generated" boolean NOT NULL DEFAULT false`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "users" DROP COLUMN "password_generated"`);
  }
}
