import { Inject, Injectable } from '@nestjs/common';
import pg from 'pg';
import { DataSource } from 'typeorm';
import { type Beat, type NodeStatus } from '../status/node-status.js';

const TIMEOUT_MS = 1_500;

const BEAT = `
  WITH "me" AS (
    UPDATE "nodes" SET "seen_at" = now(), "url" = $2, "state" = $3, "load" = $4, "connections" = $5,
      "bus_heard_at" = now() - $6::float8 * interval '1 millisecond', "away" = $7
    WHERE "incarnation" = $1 RETURNING 1)
  SELECT "incarnation", "name", "url", "version", "state", "load", "connections", "started_at", "away",
    EXTRACT(EPOCH FROM clock_timestamp() - "seen_at")::float8 * 1000 AS "age", "seen_at"::text AS "mark",
    EXTRACT(EPOCH FROM "seen_at" - "bus_heard_at")::float8 * 1000 AS "bus_age",
    (SELECT count(*) FROM "me")::int AS "updated"
  FROM "nodes"`;

const INSERT = `
  INSERT INTO "nodes"
    ("incarnation", "url", "state", "load", "connections", "bus_heard_at", "away", "name", "version", "started_at", "seen_at")
  VALUES ($1, $2, $3, $4, $5, now() - $6::float8 * interval '1 millisecond', $7, $8, $9, $10, now())
  ON CONFLICT DO NOTHING`;

interface Row extends Omit<NodeStatus, 'startedAt' | 'busAge'> {
  readonly started_at: Date;
  readonly bus_age: number | null;
  readonly age: number;
  readonly mark: string;
  readonly updated: number;
}

/**
 * Heartbeats in the database, over a separate connection, so that a busy pool is not mistaken for a dead node. Every
 * statement ends within a second and a half.
 */
@Injectable()
export class NodesRepository {
  readonly #pool: pg.Pool;

  constructor(@Inject(DataSource) dataSource: DataSource) {
    this.#pool = new pg.Pool({
      connectionString: (dataSource.options as { url: string }).url,
      application_name: 'switchboard nodes',
      max: 1,
      connectionTimeoutMillis: TIMEOUT_MS,
      query_timeout: TIMEOUT_MS,
      allowExitOnIdle: true,
    });
    // A broken idle connection is not worth reporting; the next heartbeat will notice.
    this.#pool.on('error', () => undefined);
  }

  /**
   * Leaves a heartbeat and reads those of all nodes.
   * @returns the heartbeats, and whether this node already had a row
   * @throws when the database is away
   */
  async beat(status: NodeStatus): Promise<{ beats: Beat[]; known: boolean }> {
    const { incarnation, url, state, load, connections, busAge, away } = status;
    const changing = [incarnation, url, state, load, JSON.stringify(connections), busAge, JSON.stringify(away)];
    const { rows } = await this.#pool.query<Row>(BEAT, changing);
    const known = rows[0]?.updated === 1;
    if (!known) {
      await this.#pool.query(INSERT, [...changing, status.name, status.version, new Date(status.startedAt)]);
    }
    return { beats: rows.map(toBeat), known };
  }

  async remove(incarnation: string): Promise<void> {
    await this.#pool.query(`DELETE FROM "nodes" WHERE "incarnation" = $1`, [incarnation]);
  }

  /** Closes for good; to be called once, after the last heartbeat. */
  async close(): Promise<void> {
    await this.#pool.end();
  }
}

function toBeat({ started_at, bus_age, age, mark, updated: _updated, ...rest }: Row): Beat {
  const status = { ...rest, startedAt: started_at.getTime(), busAge: bus_age };
  return { incarnation: rest.incarnation, age, mark, status };
}
