import { type MigrationInterface, type QueryRunner } from 'typeorm';

/** Enough that each partition of a hundred million messages is vacuumed within seconds. */
const PARTITIONS = 16;

export class Rooms1767232800000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query(TENANTS);
    await runner.query(ROOMS);
    await runner.query(MESSAGES);
    for (let remainder = 0; remainder < PARTITIONS; remainder++) {
      await runner.query(`
        CREATE TABLE "room_messages_p${remainder}" PARTITION OF "room_messages"
        FOR VALUES WITH (MODULUS ${PARTITIONS}, REMAINDER ${remainder})`);
    }
    await runner.query(APPEND);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`DROP FUNCTION "append_room_messages"`);
    for (const table of [
      'removed_rooms',
      'room_message_keys',
      'room_messages',
      'room_endpoints',
      'room_heads',
      'rooms',
      'application_keys',
      'applications',
    ]) {
      await runner.query(`DROP TABLE "${table}"`);
    }
  }
}

const TENANTS = `
  CREATE TABLE "applications" (
    "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    "name" character varying(100) NOT NULL,
    "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    CONSTRAINT "applications_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "applications_name_key" UNIQUE ("name")
  );
  CREATE TABLE "application_keys" (
    "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    "application_id" integer NOT NULL,
    "digest" bytea NOT NULL,
    "prefix" character varying(16) NOT NULL,
    "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    "last_used_at" TIMESTAMP WITH TIME ZONE,
    CONSTRAINT "application_keys_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "application_keys_digest_key" UNIQUE ("digest"),
    CONSTRAINT "application_keys_application_id_fkey" FOREIGN KEY ("application_id")
      REFERENCES "applications" ("id") ON DELETE CASCADE
  );
  CREATE INDEX "application_keys_application_id_idx" ON "application_keys" ("application_id")`;

// Heads are updated with every flush: free space in their pages keeps those updates out of the index.
const ROOMS = `
  CREATE TABLE "rooms" (
    "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    "application_id" integer NOT NULL,
    "name" character varying(100) NOT NULL,
    "durable" boolean NOT NULL DEFAULT false,
    "history_limit" integer,
    "retention_days" integer,
    "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    CONSTRAINT "rooms_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "rooms_application_id_name_key" UNIQUE ("application_id", "name"),
    CONSTRAINT "rooms_application_id_fkey" FOREIGN KEY ("application_id")
      REFERENCES "applications" ("id") ON DELETE CASCADE,
    CONSTRAINT "rooms_history_limit_check" CHECK ("history_limit" > 0),
    CONSTRAINT "rooms_retention_days_check" CHECK ("retention_days" > 0)
  );
  CREATE TABLE "room_heads" (
    "room_id" integer NOT NULL,
    "epoch" character varying(16) NOT NULL,
    "last_offset" bigint NOT NULL DEFAULT 0,
    "floor_offset" bigint NOT NULL DEFAULT 0,
    "swept_offset" bigint NOT NULL DEFAULT 0,
    CONSTRAINT "room_heads_pkey" PRIMARY KEY ("room_id"),
    CONSTRAINT "room_heads_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "rooms" ("id") ON DELETE CASCADE
  ) WITH (fillfactor = 50);
  CREATE TABLE "room_endpoints" (
    "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    "room_id" integer NOT NULL,
    "key_id" integer,
    "code_digest" bytea NOT NULL,
    "code_sealed" bytea NOT NULL,
    "permissions" character varying(9) NOT NULL,
    "identity" character varying(100) NOT NULL,
    "expires_at" TIMESTAMP WITH TIME ZONE,
    "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    CONSTRAINT "room_endpoints_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "room_endpoints_code_digest_key" UNIQUE ("code_digest"),
    CONSTRAINT "room_endpoints_room_id_fkey" FOREIGN KEY ("room_id") REFERENCES "rooms" ("id") ON DELETE CASCADE,
    CONSTRAINT "room_endpoints_key_id_fkey" FOREIGN KEY ("key_id")
      REFERENCES "application_keys" ("id") ON DELETE SET NULL,
    CONSTRAINT "room_endpoints_permissions_check" CHECK ("permissions" IN ('read', 'write', 'readwrite'))
  );
  CREATE INDEX "room_endpoints_room_id_idx" ON "room_endpoints" ("room_id");
  CREATE INDEX "room_endpoints_key_id_idx" ON "room_endpoints" ("key_id");
  CREATE INDEX "room_endpoints_expires_at_idx" ON "room_endpoints" ("expires_at")`;

const MESSAGES = `
  CREATE TABLE "room_messages" (
    "room_id" integer NOT NULL,
    "offset" bigint NOT NULL,
    "sent_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "identity" character varying(100) NOT NULL,
    "message" text NOT NULL,
    CONSTRAINT "room_messages_pkey" PRIMARY KEY ("room_id", "offset")
  ) PARTITION BY HASH ("room_id");
  CREATE TABLE "room_message_keys" (
    "room_id" integer NOT NULL,
    "scope" integer NOT NULL,
    "key" bytea NOT NULL,
    "digest" bytea NOT NULL,
    "offset" bigint,
    "expires_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT "room_message_keys_pkey" PRIMARY KEY ("room_id", "scope", "key")
  );
  CREATE INDEX "room_message_keys_expires_at_idx" ON "room_message_keys" ("expires_at");
  CREATE TABLE "removed_rooms" (
    "room_id" integer NOT NULL,
    CONSTRAINT "removed_rooms_pkey" PRIMARY KEY ("room_id")
  )`;

/**
 * Appends a batch of messages in many rooms, in one round trip and one transaction.
 *
 * The heads are locked first, in ascending order, so that nodes cannot deadlock. Until the commit nobody else appends
 * to these rooms, so offsets have no gaps and become visible in ascending order. The function's second statement sees
 * everything committed before the locks were acquired (each statement of a volatile function has its own snapshot), so
 * it knows a key that another node has just used. Within one call, each key may occur only once.
 *
 * Outcomes: 0 stored, 1 the key was used before with the same digest, 2 with another digest, 3 no such room.
 */
export const APPEND = `
  CREATE FUNCTION "append_room_messages"(
    rooms integer[], messages text[], identities text[], times timestamptz[],
    scopes integer[], keys bytea[], digests bytea[], lifetimes integer[]
  ) RETURNS TABLE ("number" bigint, "outcome" integer, "at" bigint, "in_epoch" varchar)
  LANGUAGE plpgsql VOLATILE AS $$
  BEGIN
    PERFORM 1 FROM room_heads h WHERE h.room_id = ANY (rooms) ORDER BY h.room_id FOR NO KEY UPDATE;
    RETURN QUERY
    WITH input AS MATERIALIZED (
      SELECT * FROM unnest(rooms, messages, identities, times, scopes, keys, digests, lifetimes)
      WITH ORDINALITY AS t (room_id, message, identity, sent_at, scope, key, digest, lifetime, n)
    ), resolved AS MATERIALIZED (
      SELECT i.*, h.epoch, k.key IS NULL AND h.room_id IS NOT NULL AS is_new, k.digest = i.digest AS is_same,
        coalesce(k."offset", h.last_offset + count(*) FILTER (WHERE k.key IS NULL)
          OVER (PARTITION BY i.room_id ORDER BY i.n)) AS at
      FROM input i
      LEFT JOIN room_heads h ON h.room_id = i.room_id
      LEFT JOIN room_message_keys k
        ON k.room_id = i.room_id AND k.scope = i.scope AND k.key = i.key AND k.expires_at > now()
    ), stored AS (
      INSERT INTO room_messages (room_id, "offset", sent_at, identity, message)
      SELECT r.room_id, r.at, r.sent_at, r.identity, r.message FROM resolved r WHERE r.is_new
    ), keyed AS (
      INSERT INTO room_message_keys (room_id, scope, key, digest, "offset", expires_at)
      SELECT r.room_id, r.scope, r.key, r.digest, r.at, now() + make_interval(secs => r.lifetime)
      FROM resolved r WHERE r.is_new AND r.key IS NOT NULL
      ON CONFLICT ON CONSTRAINT room_message_keys_pkey DO UPDATE
      SET digest = EXCLUDED.digest, "offset" = EXCLUDED."offset", expires_at = EXCLUDED.expires_at
    ), advanced AS (
      UPDATE room_heads h SET last_offset = f.newest
      FROM (SELECT r.room_id, max(r.at) AS newest FROM resolved r WHERE r.is_new GROUP BY r.room_id) f
      WHERE h.room_id = f.room_id
    )
    SELECT r.n,
      CASE WHEN r.is_new THEN 0 WHEN r.epoch IS NULL THEN 3 WHEN r.is_same THEN 1 ELSE 2 END,
      r.at, r.epoch
    FROM resolved r ORDER BY r.n;
  END
  $$`;
