import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class NodeAbsences1767270540000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "nodes" ADD "away" jsonb NOT NULL DEFAULT '[]'`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`ALTER TABLE "nodes" DROP COLUMN "away"`);
  }
}
