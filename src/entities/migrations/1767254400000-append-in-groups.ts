import { type MigrationInterface, type QueryRunner } from 'typeorm';
import { APPEND as ROOMS_BEFORE } from './1767232800000-rooms.js';
import { APPEND as CONVERSATIONS_BEFORE } from './1767240000000-circles.js';

/**
 * Appends messages as before, with less work: what the messages of a batch share is sent and looked up once.
 *
 * Plans are made once per connection, when tables may still be nearly empty. The settings, and `OFFSET 0` around single
 * rows, keep them good when the tables have grown; otherwise each batch would read whole tables for minutes.
 */
export class AppendInGroups1767254400000 implements MigrationInterface {
  async up(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION "append_room_messages"');
    await runner.query(APPEND_TO_ROOMS);
    await runner.query('DROP FUNCTION "append_conversation_messages"');
    await runner.query(APPEND_TO_CONVERSATIONS);
  }

  async down(runner: QueryRunner): Promise<void> {
    await runner.query('DROP FUNCTION "append_room_messages"');
    await runner.query(ROOMS_BEFORE);
    await runner.query('DROP FUNCTION "append_conversation_messages"');
    await runner.query(CONVERSATIONS_BEFORE);
  }
}

/**
 * Appends a batch of messages in many rooms, in one round trip and one transaction.
 *
 * `rooms` has each room once, in ascending order. Each message has the index of its room in `rooms` (from 1) and its
 * rank among the messages of that room (from 1). The arrays that only keys need are NULL when no message has one.
 *
 * The heads are locked first, in that order, so that nodes cannot deadlock. Until the commit nobody else appends to
 * these rooms, so offsets have no gaps and become visible in ascending order. The function's later statements see
 * everything committed before the locks were acquired (each statement of a volatile function has its own snapshot), so
 * they know a key that another node has just used. Within one call, each key may occur only once.
 *
 * Returns a row for each room that got messages, with its epoch and, in `at`, the offset before the first of them;
 * rooms without a row are gone. Also a row for each message whose key was used before, with its `number` (from 1), the
 * offset stored then, and whether it is the same message; such messages do not count in the ranks.
 */
const APPEND_TO_ROOMS = `
  CREATE FUNCTION "append_room_messages"(
    rooms integer[], places integer[], ranks integer[], times timestamptz[], identities text[], messages text[],
    scopes integer[], keys bytea[], digests bytea[], lifetimes integer[]
  ) RETURNS TABLE ("place" integer, "number" integer, "epoch" varchar, "at" bigint, "same" boolean)
  LANGUAGE plpgsql VOLATILE
  SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
  DECLARE
    head record;
    bases bigint[];
    known integer[];
    stale integer[];
    each integer;
  BEGIN
    FOR head IN
      SELECT r.n, h.last_offset FROM unnest(rooms) WITH ORDINALITY AS r (room_id, n)
      CROSS JOIN LATERAL (
        SELECT h.last_offset FROM room_heads h WHERE h.room_id = r.room_id FOR NO KEY UPDATE
      ) h
    LOOP
      bases[head.n] := head.last_offset;
    END LOOP;
    IF keys IS NOT NULL THEN
      SELECT array_agg(i.n) FILTER (WHERE k.expires_at > now()), array_agg(i.n) FILTER (WHERE k.expires_at <= now())
      INTO known, stale
      FROM unnest(places, scopes, keys) WITH ORDINALITY AS i (place, scope, key, n)
      CROSS JOIN LATERAL (
        SELECT k.expires_at FROM room_message_keys k
        WHERE k.room_id = rooms[i.place] AND k.scope = i.scope AND k.key = i.key OFFSET 0
      ) k;
    END IF;
    IF stale IS NOT NULL THEN
      FOREACH each IN ARRAY stale LOOP
        DELETE FROM room_message_keys k
        WHERE k.room_id = rooms[places[each]] AND k.scope = scopes[each] AND k.key = keys[each];
      END LOOP;
    END IF;
    IF known IS NOT NULL THEN
      RETURN QUERY
      SELECT places[i.n], i.n, h.epoch, k."offset", k.digest = digests[i.n]
      FROM unnest(known) AS i (n)
      CROSS JOIN LATERAL (
        SELECT k.digest, k."offset" FROM room_message_keys k
        WHERE k.room_id = rooms[places[i.n]] AND k.scope = scopes[i.n] AND k.key = keys[i.n] OFFSET 0
      ) k
      CROSS JOIN LATERAL (SELECT h.epoch FROM room_heads h WHERE h.room_id = rooms[places[i.n]] OFFSET 0) h;
      FOREACH each IN ARRAY known LOOP
        ranks[each] := NULL;
      END LOOP;
      SELECT array_agg(CASE WHEN x.rank IS NOT NULL THEN x.fresh END ORDER BY x.n) INTO ranks
      FROM (
        SELECT i.n, i.rank, count(i.rank) OVER (PARTITION BY i.place ORDER BY i.n) AS fresh
        FROM unnest(places, ranks) WITH ORDINALITY AS i (place, rank, n)
      ) x;
    END IF;
    INSERT INTO room_messages (room_id, "offset", sent_at, identity, message)
    SELECT rooms[i.place], bases[i.place] + i.rank, i.sent_at, i.identity, i.message
    FROM unnest(places, ranks, times, identities, messages) AS i (place, rank, sent_at, identity, message)
    WHERE i.rank IS NOT NULL AND bases[i.place] IS NOT NULL;
    IF keys IS NOT NULL THEN
      INSERT INTO room_message_keys (room_id, scope, key, digest, "offset", expires_at)
      SELECT rooms[i.place], i.scope, i.key, i.digest, bases[i.place] + i.rank, now() + make_interval(secs => i.lifetime)
      FROM unnest(places, ranks, scopes, keys, digests, lifetimes) AS i (place, rank, scope, key, digest, lifetime)
      WHERE i.key IS NOT NULL AND i.rank IS NOT NULL AND bases[i.place] IS NOT NULL;
    END IF;
    RETURN QUERY
    UPDATE room_heads h SET last_offset = h.last_offset + x.fresh
    FROM (
      SELECT i.place, max(i.rank) AS fresh FROM unnest(places, ranks) AS i (place, rank)
      WHERE i.rank IS NOT NULL GROUP BY i.place
    ) x
    WHERE h.room_id = rooms[x.place]
    RETURNING x.place, NULL::integer, h.epoch, h.last_offset - x.fresh, NULL::boolean;
  END
  $$`;

/**
 * Appends a batch of messages in many conversations, in one round trip and one transaction.
 *
 * `conversation_ids` has each conversation once, in ascending order. Then come the authors, each once: the index of the
 * conversation (from 1), and a user or a device, the other being NULL. Then, for each message, the index of its author.
 * `files` has the announced names as a JSON array. Arrays without any value are NULL.
 *
 * The conversations are locked first, in that order, so that nodes cannot deadlock. Until the commit nobody else
 * appends to them or removes participants, so ids become visible in ascending order per conversation, and nobody writes
 * where they no longer may. The function's later statements see everything committed before the locks were acquired
 * (each statement of a volatile function has its own snapshot), so they know a client's id that another node has just
 * used. Within one call, each client's id may occur only once.
 *
 * Returns one row. `heads`: the previous last message of each conversation, `null` when it does not exist; `links`: the
 * link of each author, `null` for those who do not take part; `known`: messages whose client's id was used before, with
 * their number (from 1); `ids`: those of all others whose author takes part, in their order.
 */
const APPEND_TO_CONVERSATIONS = `
  CREATE FUNCTION "append_conversation_messages"(
    conversation_ids integer[], author_places integer[], user_ids integer[], device_ids integer[],
    authors integer[], contents text[], exacts text[], client_ids text[], digests bytea[], files text[]
  ) RETURNS TABLE ("at" timestamptz, "heads" json, "links" json, "ids" json, "known" json, "media" json)
  LANGUAGE plpgsql VOLATILE
  SET plan_cache_mode = force_generic_plan
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off AS $$
  #variable_conflict use_column
  DECLARE
    moment timestamptz;
    found_row record;
    head_ids integer[] := array_fill(NULL::integer, ARRAY[cardinality(conversation_ids)]);
    link_ids integer[] := array_fill(NULL::integer, ARRAY[cardinality(author_places)]);
    message_ids integer[];
    known_numbers integer[];
    known_list json;
    media_list json;
    each integer;
  BEGIN
    FOR found_row IN
      SELECT r.n, c.last_message_id FROM unnest(conversation_ids) WITH ORDINALITY AS r (id, n)
      CROSS JOIN LATERAL (
        SELECT c.last_message_id, c.circle_id FROM conversations c WHERE c.id = r.id FOR NO KEY UPDATE
      ) c
      WHERE c.circle_id IS NOT NULL
    LOOP
      head_ids[found_row.n] := found_row.last_message_id;
    END LOOP;
    moment := date_trunc('milliseconds', clock_timestamp());
    IF device_ids IS NOT NULL THEN
      INSERT INTO conversation_links (conversation_id, device_id, privilege)
      SELECT DISTINCT c.id, d.id, 'STANDARD' FROM unnest(author_places, device_ids) AS i (place, device_id)
      CROSS JOIN LATERAL (
        SELECT c.id, c.circle_id FROM conversations c WHERE c.id = conversation_ids[i.place] AND c.device_access OFFSET 0
      ) c
      CROSS JOIN LATERAL (
        SELECT d.id FROM devices d WHERE d.id = i.device_id AND d.circle_id = c.circle_id OFFSET 0
      ) d
      ON CONFLICT DO NOTHING;
    END IF;
    FOR found_row IN
      SELECT i.n, l.id FROM unnest(author_places, user_ids, device_ids) WITH ORDINALITY AS i (place, user_id, device_id, n)
      CROSS JOIN LATERAL (
        SELECT l.id FROM conversation_links l
        WHERE l.user_id = i.user_id AND l.conversation_id = conversation_ids[i.place] AND l.member_of IS NOT NULL
        UNION ALL
        SELECT l.id FROM conversation_links l
        JOIN conversations c ON c.id = l.conversation_id AND c.device_access
        JOIN devices d ON d.id = l.device_id AND d.circle_id = c.circle_id
        WHERE l.device_id = i.device_id AND l.conversation_id = conversation_ids[i.place]
      ) l
      WHERE head_ids[i.place] IS NOT NULL
    LOOP
      link_ids[found_row.n] := found_row.id;
    END LOOP;
    IF client_ids IS NOT NULL THEN
      SELECT array_agg(i.n), json_agg(json_build_object('number', i.n, 'id', m.id, 'same', m.client_digest = i.digest,
        'at', floor(extract(epoch FROM m.sent_at) * 1000)::bigint))
      INTO known_numbers, known_list
      FROM unnest(authors, client_ids, digests) WITH ORDINALITY AS i (author, client_id, digest, n)
      CROSS JOIN LATERAL (
        SELECT m.id, m.sent_at, m.client_digest FROM conversation_messages m
        WHERE m.author_id = link_ids[i.author] AND m.client_message_id = i.client_id OFFSET 0
      ) m;
    END IF;
    IF known_numbers IS NOT NULL THEN
      FOREACH each IN ARRAY known_numbers LOOP
        authors[each] := NULL;
      END LOOP;
    END IF;
    WITH stored AS (
      INSERT INTO conversation_messages
        (conversation_id, author_id, content, exact, sent_at, client_message_id, client_digest)
      SELECT conversation_ids[author_places[i.author]], link_ids[i.author], i.content, i.exact, moment, i.client_id, i.digest
      FROM unnest(authors, contents, exacts, client_ids, digests) AS i (author, content, exact, client_id, digest)
      WHERE link_ids[i.author] IS NOT NULL
      RETURNING id
    )
    SELECT array_agg(s.id ORDER BY s.id) INTO message_ids FROM stored s;
    IF files IS NOT NULL THEN
      WITH announced AS (
        INSERT INTO media (message_id, identifier)
        SELECT f.id, t.name FROM (
          SELECT i.names, message_ids[row_number() OVER (ORDER BY i.n)] AS id
          FROM unnest(authors, files) WITH ORDINALITY AS i (author, names, n) WHERE link_ids[i.author] IS NOT NULL
        ) f
        CROSS JOIN LATERAL json_array_elements_text(f.names::json) WITH ORDINALITY AS t (name, place)
        WHERE f.names IS NOT NULL ORDER BY f.id, t.place
        RETURNING id, message_id, identifier
      )
      SELECT json_agg(json_build_object('messageId', x.message_id, 'id', x.id, 'identifier', x.identifier) ORDER BY x.id)
      INTO media_list FROM announced x;
    END IF;
    UPDATE conversations c SET last_message_id = x.newest
    FROM (
      SELECT f.place, max(f.id) AS newest FROM (
        SELECT author_places[i.author] AS place, message_ids[row_number() OVER (ORDER BY i.n)] AS id
        FROM unnest(authors) WITH ORDINALITY AS i (author, n) WHERE link_ids[i.author] IS NOT NULL
      ) f GROUP BY f.place
    ) x
    WHERE c.id = conversation_ids[x.place];
    RETURN QUERY SELECT moment, to_json(head_ids), to_json(link_ids), to_json(message_ids), known_list, media_list;
  END
  $$`;
