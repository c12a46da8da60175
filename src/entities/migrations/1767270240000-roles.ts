import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Roles between `user` and `admin`. */
export class Roles1767270240000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "users" DROP CONSTRAINT "users_role_check",
      ADD CONSTRAINT "users_role_check" CHECK ("role" IN ('user', 'viewer', 'operator', 'admin'))`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`UPDATE "users" SET "role" = 'user' WHERE "role" IN ('viewer', 'operator')`);
    await runner.query(`ALTER TABLE "users" DROP CONSTRAINT "users_role_check",
      ADD CONSTRAINT "users_role_check" CHECK ("role" IN ('user', 'admin'))`);
  }
}
