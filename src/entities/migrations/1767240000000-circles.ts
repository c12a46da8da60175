import { type MigrationInterface, type QueryRunner } from 'typeorm';

export class Circles1767240000000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    for (const statements of [CIRCLES, CONVERSATIONS, MESSAGES, MEDIA, LOGINS, APPEND]) await runner.query(statements);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query(`
      DROP FUNCTION "append_conversation_messages";
      DELETE FROM "logins" WHERE "device_id" IS NOT NULL;
      ALTER TABLE "logins" DROP COLUMN "device_id", ALTER COLUMN "user_id" SET NOT NULL;
      DROP TABLE "media_garbage", "media", "conversation_messages", "conversation_links", "conversations", "devices",
        "circle_invites", "circle_members", "circles";
      DROP FUNCTION "keep_media_garbage"`);
  }
}

const CIRCLES = `
  CREATE TABLE "circles" (
    "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    "name" character varying(100) NOT NULL,
    "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    CONSTRAINT "circles_pkey" PRIMARY KEY ("id")
  );
  CREATE TABLE "circle_members" (
    "circle_id" integer NOT NULL,
    "user_id" integer NOT NULL,
    "privilege" character varying(16) NOT NULL,
    "joined_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    CONSTRAINT "circle_members_pkey" PRIMARY KEY ("circle_id", "user_id"),
    CONSTRAINT "circle_members_circle_id_fkey" FOREIGN KEY ("circle_id") REFERENCES "circles" ("id") ON DELETE CASCADE,
    CONSTRAINT "circle_members_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "circle_members_privilege_check" CHECK ("privilege" IN ('ADMIN', 'REGULAR', 'MEMBRE', 'DEFAULT'))
  );
  CREATE INDEX "circle_members_user_id_idx" ON "circle_members" ("user_id");
  CREATE UNIQUE INDEX "circle_members_admin_key" ON "circle_members" ("circle_id") WHERE "privilege" = 'ADMIN';
  CREATE TABLE "circle_invites" (
    "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    "circle_id" integer NOT NULL,
    "user_id" integer NOT NULL,
    "invited_by" integer,
    "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    CONSTRAINT "circle_invites_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "circle_invites_circle_id_user_id_key" UNIQUE ("circle_id", "user_id"),
    CONSTRAINT "circle_invites_circle_id_fkey" FOREIGN KEY ("circle_id") REFERENCES "circles" ("id") ON DELETE CASCADE,
    CONSTRAINT "circle_invites_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE CASCADE,
    CONSTRAINT "circle_invites_invited_by_fkey" FOREIGN KEY ("invited_by") REFERENCES "users" ("id") ON DELETE SET NULL
  );
  CREATE INDEX "circle_invites_user_id_idx" ON "circle_invites" ("user_id");
  CREATE INDEX "circle_invites_invited_by_idx" ON "circle_invites" ("invited_by");
  CREATE TABLE "devices" (
    "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    "circle_id" integer NOT NULL,
    "name" character varying(100) NOT NULL,
    "username" character varying(64) NOT NULL,
    "password_hash" text NOT NULL,
    "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    CONSTRAINT "devices_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "devices_username_key" UNIQUE ("username"),
    CONSTRAINT "devices_circle_id_fkey" FOREIGN KEY ("circle_id") REFERENCES "circles" ("id") ON DELETE CASCADE
  );
  CREATE INDEX "devices_circle_id_idx" ON "devices" ("circle_id")`;

// Conversations are updated with every batch of messages: free space in their pages keeps those updates out of the
// indexes.
const CONVERSATIONS = `
  CREATE TABLE "conversations" (
    "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    "circle_id" integer,
    "name" character varying(100) NOT NULL,
    "device_access" boolean NOT NULL DEFAULT false,
    "last_message_id" integer NOT NULL DEFAULT 0,
    "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    "updated_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    CONSTRAINT "conversations_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "conversations_circle_id_fkey" FOREIGN KEY ("circle_id") REFERENCES "circles" ("id") ON DELETE SET NULL
  ) WITH (fillfactor = 50);
  CREATE INDEX "conversations_circle_id_idx" ON "conversations" ("circle_id");
  CREATE INDEX "conversations_removed_idx" ON "conversations" ("id") WHERE "circle_id" IS NULL;
  CREATE TABLE "conversation_links" (
    "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    "conversation_id" integer NOT NULL,
    "user_id" integer,
    "device_id" integer,
    "member_of" integer,
    "privilege" character varying(16) NOT NULL,
    "read_message_id" integer NOT NULL DEFAULT 0,
    "joined_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    CONSTRAINT "conversation_links_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "conversation_links_conversation_id_id_key" UNIQUE ("conversation_id", "id"),
    CONSTRAINT "conversation_links_user_id_conversation_id_key" UNIQUE ("user_id", "conversation_id"),
    CONSTRAINT "conversation_links_device_id_conversation_id_key" UNIQUE ("device_id", "conversation_id"),
    CONSTRAINT "conversation_links_conversation_id_fkey" FOREIGN KEY ("conversation_id")
      REFERENCES "conversations" ("id") ON DELETE CASCADE,
    CONSTRAINT "conversation_links_user_id_fkey" FOREIGN KEY ("user_id") REFERENCES "users" ("id") ON DELETE SET NULL,
    CONSTRAINT "conversation_links_device_id_fkey" FOREIGN KEY ("device_id")
      REFERENCES "devices" ("id") ON DELETE SET NULL,
    CONSTRAINT "conversation_links_member_fkey" FOREIGN KEY ("member_of", "user_id")
      REFERENCES "circle_members" ("circle_id", "user_id") ON DELETE SET NULL ("member_of"),
    CONSTRAINT "conversation_links_privilege_check" CHECK ("privilege" IN ('ADMIN', 'STANDARD')),
    CONSTRAINT "conversation_links_owner_check" CHECK (num_nonnulls("user_id", "device_id") <= 1)
  ) WITH (fillfactor = 80);
  CREATE INDEX "conversation_links_member_idx" ON "conversation_links" ("member_of", "user_id");
  CREATE UNIQUE INDEX "conversation_links_admin_key" ON "conversation_links" ("conversation_id")
    WHERE "privilege" = 'ADMIN' AND "member_of" IS NOT NULL`;

// The words of a message include its conversation's name, so that the index narrows a search to one conversation.
const MESSAGES = `
  CREATE TABLE "conversation_messages" (
    "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    "conversation_id" integer NOT NULL,
    "author_id" integer NOT NULL,
    "content" text NOT NULL,
    "exact" text,
    "sent_at" TIMESTAMP WITH TIME ZONE NOT NULL,
    "edited_at" TIMESTAMP WITH TIME ZONE,
    "deleted_at" TIMESTAMP WITH TIME ZONE,
    "client_message_id" character varying(64),
    "client_digest" bytea,
    CONSTRAINT "conversation_messages_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "conversation_messages_author_fkey" FOREIGN KEY ("conversation_id", "author_id")
      REFERENCES "conversation_links" ("conversation_id", "id"),
    CONSTRAINT "conversation_messages_content_check" CHECK (char_length("content") <= 8192),
    CONSTRAINT "conversation_messages_client_check" CHECK (("client_message_id" IS NULL) = ("client_digest" IS NULL))
  );
  CREATE INDEX "conversation_messages_conversation_id_id_idx" ON "conversation_messages" ("conversation_id", "id");
  CREATE UNIQUE INDEX "conversation_messages_client_key" ON "conversation_messages" ("author_id", "client_message_id")
    WHERE "client_message_id" IS NOT NULL;
  CREATE INDEX "conversation_messages_words_idx" ON "conversation_messages"
    USING gin (to_tsvector('simple', 'qconv' || "conversation_id"::text || ' ' || "content"))`;

const MEDIA = `
  CREATE TABLE "media" (
    "id" integer GENERATED ALWAYS AS IDENTITY NOT NULL,
    "message_id" integer NOT NULL,
    "identifier" character varying(255) NOT NULL,
    "filename" character varying(255),
    "content_type" character varying(127),
    "size" bigint,
    "storage_key" character varying(64),
    "thumbnail_key" character varying(64),
    "created_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    "uploaded_at" TIMESTAMP WITH TIME ZONE,
    CONSTRAINT "media_pkey" PRIMARY KEY ("id"),
    CONSTRAINT "media_message_id_fkey" FOREIGN KEY ("message_id")
      REFERENCES "conversation_messages" ("id") ON DELETE CASCADE
  );
  CREATE INDEX "media_message_id_idx" ON "media" ("message_id");
  CREATE INDEX "media_pending_idx" ON "media" ("created_at") WHERE "uploaded_at" IS NULL;
  CREATE TABLE "media_garbage" (
    "storage_key" character varying(64) NOT NULL,
    "due_at" TIMESTAMP WITH TIME ZONE NOT NULL DEFAULT now(),
    CONSTRAINT "media_garbage_pkey" PRIMARY KEY ("storage_key")
  );
  CREATE INDEX "media_garbage_due_at_idx" ON "media_garbage" ("due_at");
  CREATE FUNCTION "keep_media_garbage"() RETURNS trigger LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO media_garbage (storage_key)
    SELECT key FROM unnest(ARRAY[OLD.storage_key, OLD.thumbnail_key]) AS key
    WHERE key IS NOT NULL
      AND (TG_OP = 'DELETE' OR key IS DISTINCT FROM NEW.storage_key AND key IS DISTINCT FROM NEW.thumbnail_key)
    ON CONFLICT (storage_key) DO UPDATE SET due_at = now();
    RETURN NULL;
  END
  $$;
  CREATE TRIGGER "media_garbage" AFTER DELETE OR UPDATE OF "storage_key", "thumbnail_key" ON "media"
    FOR EACH ROW EXECUTE FUNCTION "keep_media_garbage"()`;

const LOGINS = `
  ALTER TABLE "logins"
    ALTER COLUMN "user_id" DROP NOT NULL,
    ADD COLUMN "device_id" integer,
    ADD CONSTRAINT "logins_device_id_fkey" FOREIGN KEY ("device_id") REFERENCES "devices" ("id") ON DELETE CASCADE,
    ADD CONSTRAINT "logins_owner_check" CHECK (num_nonnulls("user_id", "device_id") = 1);
  CREATE INDEX "logins_device_id_idx" ON "logins" ("device_id")`;

/**
 * Appends a batch of messages over many conversations, in one round trip and one transaction. An author is a user or a
 * device; of the other one the array holds NULL. \`files\` holds the announced names as a JSON array, or NULL.
 *
 * The conversations are locked first, in ascending order, so that nodes cannot deadlock; until the commit nobody else
 * appends to them or shows their members out, so ids become visible in ascending order per conversation, and nobody
 * writes where they no longer may. The later statements of the function see everything that was committed before the
 * locks were had (each statement of a volatile function has a snapshot of its own), so an id of a client that another
 * node has just used is known here. Within one call a client's id may occur only once.
 *
 * Outcomes: 0 stored, 1 the same id of the client with the same message before, 2 with another message,
 * 3 no such conversation, 4 the author does not take part.
 */
export const APPEND = `
  CREATE FUNCTION "append_conversation_messages"(
    conversation_ids integer[], user_ids integer[], device_ids integer[], contents text[], exacts text[],
    client_ids text[], digests bytea[], files text[]
  ) RETURNS TABLE (
    "number" bigint, "outcome" integer, "message_id" integer, "previous_id" integer, "link_id" integer,
    "at" timestamptz, "media" text
  )
  LANGUAGE plpgsql VOLATILE AS $$
  #variable_conflict use_column
  DECLARE
    moment timestamptz;
  BEGIN
    PERFORM 1 FROM conversations c WHERE c.id = ANY (conversation_ids) ORDER BY c.id FOR NO KEY UPDATE;
    moment := date_trunc('milliseconds', clock_timestamp());
    INSERT INTO conversation_links (conversation_id, device_id, privilege)
    SELECT DISTINCT c.id, d.id, 'STANDARD'
    FROM unnest(conversation_ids, device_ids) AS i (conversation_id, device_id)
    JOIN conversations c ON c.id = i.conversation_id AND c.device_access
    JOIN devices d ON d.id = i.device_id AND d.circle_id = c.circle_id
    ON CONFLICT DO NOTHING;
    RETURN QUERY
    WITH input AS MATERIALIZED (
      SELECT * FROM unnest(conversation_ids, user_ids, device_ids, contents, exacts, client_ids, digests, files)
      WITH ORDINALITY AS t (conversation_id, user_id, device_id, content, exact, client_id, digest, files, n)
    ), author AS MATERIALIZED (
      SELECT i.n, l.id AS link_id FROM input i
      JOIN conversations c ON c.id = i.conversation_id AND c.circle_id IS NOT NULL
      JOIN conversation_links l ON l.user_id = i.user_id AND l.conversation_id = c.id AND l.member_of IS NOT NULL
      UNION ALL
      SELECT i.n, l.id FROM input i
      JOIN conversations c ON c.id = i.conversation_id AND c.device_access
      JOIN devices d ON d.id = i.device_id AND d.circle_id = c.circle_id
      JOIN conversation_links l ON l.device_id = d.id AND l.conversation_id = c.id
    ), known AS MATERIALIZED (
      SELECT i.n, m.id, m.sent_at, m.client_digest = i.digest AS same FROM input i
      JOIN author a ON a.n = i.n
      JOIN conversation_messages m ON m.author_id = a.link_id AND m.client_message_id = i.client_id
    ), fresh AS MATERIALIZED (
      SELECT f.*, nextval('conversation_messages_id_seq')::integer AS id FROM (
        SELECT i.*, a.link_id FROM input i JOIN author a ON a.n = i.n
        WHERE NOT EXISTS (SELECT FROM known k WHERE k.n = i.n) ORDER BY i.n
      ) f
    ), stored AS (
      INSERT INTO conversation_messages
        (id, conversation_id, author_id, content, exact, sent_at, client_message_id, client_digest)
      OVERRIDING SYSTEM VALUE
      SELECT f.id, f.conversation_id, f.link_id, f.content, f.exact, moment, f.client_id, f.digest FROM fresh f
    ), announced AS (
      INSERT INTO media (message_id, identifier)
      SELECT f.id, t.name FROM fresh f
      CROSS JOIN LATERAL json_array_elements_text(f.files::json) WITH ORDINALITY AS t (name, place)
      WHERE f.files IS NOT NULL ORDER BY f.id, t.place
      RETURNING id, message_id, identifier
    ), attached AS MATERIALIZED (
      SELECT x.message_id, json_agg(json_build_object('id', x.id, 'identifier', x.identifier) ORDER BY x.id)::text AS list
      FROM announced x GROUP BY x.message_id
    ), headed AS (
      UPDATE conversations c SET last_message_id = x.newest
      FROM (SELECT f.conversation_id, max(f.id) AS newest FROM fresh f GROUP BY f.conversation_id) x
      WHERE c.id = x.conversation_id
    )
    SELECT i.n,
      CASE WHEN f.n IS NOT NULL THEN 0 WHEN k.same THEN 1 WHEN k.n IS NOT NULL THEN 2 WHEN c.id IS NULL THEN 3 ELSE 4 END,
      coalesce(f.id, k.id),
      coalesce(lag(f.id) OVER (PARTITION BY f.conversation_id ORDER BY f.id), c.last_message_id),
      a.link_id, coalesce(k.sent_at, moment), x.list
    FROM input i
    LEFT JOIN conversations c ON c.id = i.conversation_id AND c.circle_id IS NOT NULL
    LEFT JOIN author a ON a.n = i.n LEFT JOIN fresh f ON f.n = i.n LEFT JOIN known k ON k.n = i.n
    LEFT JOIN attached x ON x.message_id = f.id
    ORDER BY i.n;
  END
  $$`;
