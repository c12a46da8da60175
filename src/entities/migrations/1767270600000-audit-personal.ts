import { type MigrationInterface, type QueryRunner } from 'typeorm';

/**
 * What entries say about people moves out of them, to be removed with the account. Earlier entries are sealed, and
 * stay.
 */
export class AuditPersonal1767270600000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(`
      CREATE TABLE "audit_personal" (
        "entry_id" integer NOT NULL,
        "user_id" integer NOT NULL,
        "actor_label" character varying(300),
        "target_label" character varying(300),
        "address" character varying(64),
        "user_agent" character varying(300),
        "changes" text,
        CONSTRAINT "audit_personal_pkey" PRIMARY KEY ("entry_id", "user_id"),
        CONSTRAINT "audit_personal_entry_id_fkey" FOREIGN KEY ("entry_id") REFERENCES "audit_entries" ("id") ON DELETE CASCADE
      )`);
    await runner.query(`CREATE INDEX "audit_personal_user_id_idx" ON "audit_personal" ("user_id", "entry_id")`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "audit_personal"`);
  }
}
