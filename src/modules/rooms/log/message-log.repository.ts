import { Inject, Injectable } from '@nestjs/common';
import { prepared } from '../../../common/database/prepared.js';
import { type LogHead } from '../../durable-log/log-kind.js';
import { DataSource } from 'typeorm';
import { byteStrings, integers, texts, timestamps } from '../../database/binary-arrays.js';

/** A message to be stored. */
export interface NewMessage {
  readonly roomId: number;
  /** JSON text. */
  readonly message: string;
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly key?: MessageKey | undefined;
}

/** What makes repeating a message harmless. */
export interface MessageKey {
  /** Id of the endpoint for acknowledgement ids; 0 for the application, -1 for holders of tokens and tickets. */
  readonly scope: number;
  /** SHA-256 of the key. */
  readonly key: Buffer;
  /** SHA-256 of the content. */
  readonly digest: Buffer;
  readonly lifeSeconds: number;
}

export interface StoredMessage {
  readonly offset: number;
  /** Milliseconds since the epoch. */
  readonly timestamp: number;
  readonly identity: string;
  /** JSON text. */
  readonly message: string;
}

/** What became of a message: stored; stored before; its key was used for another message; its room is gone. */
export type AppendOutcome = 'stored' | 'repeated' | 'mismatch' | 'gone';

export interface AppendResult {
  readonly outcome: AppendOutcome;
  readonly offset: number;
  readonly epoch: string;
}

/** A room that messages were stored in; or, if `number` is set, a message whose key was used before. */
interface AppendRow {
  readonly place: number;
  readonly number: number | null;
  readonly epoch: string;
  readonly at: string;
  readonly same: boolean | null;
}

interface MessageRow {
  readonly offset: string;
  readonly at: string;
  readonly identity: string;
  readonly message: string;
}

interface HeadRow {
  readonly room_id: number;
  readonly epoch: string;
  readonly last_offset: string;
  readonly floor_offset: string;
}

const APPEND = prepared(
  'SELECT "place", "number", "epoch"::text, "at", "same" FROM append_room_messages($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)',
);

/** Stored messages. Offsets stay far below 2^53. */
@Injectable()
export class MessageLogRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Stores all of `batch` in one transaction and one round trip. A key may occur only once per batch. */
  async append(batch: readonly NewMessage[]): Promise<AppendResult[]> {
    const { rooms, places, ranks } = placesOf(batch);
    const isKeyed = batch.some(({ key }) => key !== undefined);
    const rows: AppendRow[] = await this.database.query(APPEND, [
      integers(rooms),
      integers(places),
      integers(ranks),
      timestamps(batch.map(({ timestamp }) => timestamp)),
      texts(batch.map(({ identity }) => identity)),
      texts(batch.map(({ message }) => message)),
      isKeyed ? integers(batch.map(({ key }) => key?.scope ?? null)) : null,
      isKeyed ? byteStrings(batch.map(({ key }) => key?.key ?? null)) : null,
      isKeyed ? byteStrings(batch.map(({ key }) => key?.digest ?? null)) : null,
      isKeyed ? integers(batch.map(({ key }) => key?.lifeSeconds ?? null)) : null,
    ]);
    return resultsOf(places, rows);
  }

  /** Messages after `after`, ascending: at most `count` and no more than fit into `bytes`, but at least one. */
  async page(roomId: number, after: number, count: number, bytes: number): Promise<StoredMessage[]> {
    const rows: MessageRow[] = await this.database.query(
      `SELECT "offset", "at", "identity", "message" FROM (
         SELECT "offset", (extract(epoch FROM "sent_at") * 1000)::bigint AS "at", "identity", "message",
           sum(octet_length("message")) OVER (ORDER BY "offset") - octet_length("message") AS "before"
         FROM (
           SELECT * FROM "room_messages" WHERE "room_id" = $1 AND "offset" > $2 ORDER BY "offset" LIMIT $3
         ) AS "next"
       ) AS "sized" WHERE "before" < $4 ORDER BY "offset"`,
      [roomId, after, count, bytes],
    );
    return rows.map(({ offset, at, identity, message }) => ({
      offset: Number(offset),
      timestamp: Number(at),
      identity,
      message,
    }));
  }

  /**
   * The heads of rooms that have one, for live readers. Ignores history limits, because live readers have been told
   * those messages.
   */
  async heads(roomIds: readonly number[]): Promise<Map<number, LogHead>> {
    const rows: HeadRow[] = await this.database.query(
      `SELECT "room_id", "epoch", "last_offset", "floor_offset" FROM "room_heads" WHERE "room_id" = ANY ($1)`,
      [roomIds],
    );
    return new Map(rows.map((row) => [row.room_id, headOf(row)]));
  }

  /**
   * Claims a key for a message that is not stored.
   * @returns `undefined` when it was free, otherwise the digest it was used with
   */
  async claimKey(roomId: number, { scope, key, digest, lifeSeconds }: MessageKey): Promise<Buffer | undefined> {
    const rows: { id: number }[] = await this.database.query(
      `INSERT INTO "room_message_keys" ("room_id", "scope", "key", "digest", "expires_at")
       VALUES ($1, $2, $3, $4, now() + make_interval(secs => $5))
       ON CONFLICT ON CONSTRAINT "room_message_keys_pkey" DO UPDATE
       SET "digest" = EXCLUDED."digest", "expires_at" = EXCLUDED."expires_at", "offset" = NULL
       WHERE "room_message_keys"."expires_at" <= now()
       RETURNING 1`,
      [roomId, scope, key, digest, lifeSeconds],
    );
    if (rows.length > 0) return undefined;
    const [used]: { digest: Buffer }[] = await this.database.query(
      `SELECT "digest" FROM "room_message_keys" WHERE "room_id" = $1 AND "scope" = $2 AND "key" = $3`,
      [roomId, scope, key],
    );
    return used?.digest ?? digest;
  }
}

/** As `FLOOR`, of a room that keeps its messages for any number of days: asks for no messages. */
export const FLOOR_BY_NUMBER = `GREATEST(h."floor_offset", h."last_offset" - r."history_limit")`;

/**
 * SQL for a room `r` with its head `h`: the offset up to which messages are hidden. The room's limits apply at once,
 * not only after the next sweep.
 */
export const FLOOR = `GREATEST(
  ${FLOOR_BY_NUMBER},
  CASE WHEN r."retention_days" IS NOT NULL THEN COALESCE(
    (SELECT m."offset" - 1 FROM "room_messages" m
     WHERE m."room_id" = h."room_id" AND m."offset" > h."floor_offset"
       AND m."sent_at" >= now() - make_interval(days => r."retention_days")
     ORDER BY m."offset" LIMIT 1),
    h."last_offset") END
)`;

export function headOf(row: Pick<HeadRow, 'epoch' | 'last_offset' | 'floor_offset'>): LogHead {
  return { epoch: row.epoch, last: Number(row.last_offset), floor: Number(row.floor_offset) };
}

/** The rooms of a batch, each once and ascending; for each message, the index of its room and its rank within it. */
function placesOf(batch: readonly NewMessage[]): { rooms: number[]; places: number[]; ranks: number[] } {
  const rooms = [...new Set(batch.map(({ roomId }) => roomId))].sort((a, b) => a - b);
  const placeOf = new Map(rooms.map((roomId, index) => [roomId, index + 1]));
  const places = batch.map(({ roomId }) => placeOf.get(roomId) as number);
  const lengths = new Int32Array(rooms.length + 1);
  return { rooms, places, ranks: places.map((place) => ++(lengths[place] as number)) };
}

function resultsOf(places: readonly number[], rows: readonly AppendRow[]): AppendResult[] {
  const known = new Map<number, AppendResult>();
  const heads = new Map<number, { epoch: string; last: number }>();
  for (const { place, number, epoch, at, same } of rows) {
    if (number === null) heads.set(place, { epoch, last: Number(at) });
    else known.set(number, { outcome: same === true ? 'repeated' : 'mismatch', offset: Number(at), epoch });
  }
  return places.map((place, index) => {
    const head = heads.get(place);
    return (
      known.get(index + 1) ??
      (head ? { outcome: 'stored', offset: ++head.last, epoch: head.epoch } : { outcome: 'gone', offset: 0, epoch: '' })
    );
  });
}
