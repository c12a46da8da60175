import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** What entries say of those who act is kept once per account and value. What stands beside older entries stays there. */
export class AuditCallers1767270780000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "audit_callers" (
        "user_id" integer NOT NULL,
        "digest" character varying(64) NOT NULL,
        "value" character varying(300) NOT NULL,
        "seen_on" date NOT NULL,
        CONSTRAINT "audit_callers_pkey" PRIMARY KEY ("user_id", "digest")
      )`);
    await runner.query(`CREATE INDEX "audit_callers_seen_on_idx" ON "audit_callers" ("seen_on")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "audit_callers"`);
  }
}
