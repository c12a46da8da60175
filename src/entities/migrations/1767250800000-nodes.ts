import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Nodes1767250800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    // Every row is written every two seconds: leave space in the page for the next version, and no index on what
    // changes.
    await runner.query(`
      CREATE TABLE "nodes" (
        "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
        "incarnation" character varying(32) NOT NULL,
        "name" character varying(32) NOT NULL,
        "url" character varying(2000) NOT NULL,
        "version" character varying(32) NOT NULL,
        "state" character varying(16) NOT NULL,
        "load" real NOT NULL,
        "connections" jsonb NOT NULL,
        "started_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        "seen_at" TIMESTAMP WITH TIME ZONE NOT NULL,
        "bus_heard_at" TIMESTAMP WITH TIME ZONE,
        CONSTRAINT "nodes_pkey" PRIMARY KEY ("id"),
        CONSTRAINT "nodes_incarnation_key" UNIQUE ("incarnation"),
        CONSTRAINT "nodes_state_check" CHECK ("state" IN ('starting', 'ready', 'degraded', 'draining', 'deaf'))
      ) WITH (fillfactor = 50)`);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP TABLE "nodes"`);
  }
}
