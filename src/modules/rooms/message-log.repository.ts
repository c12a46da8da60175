import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';
import { isoMicroseconds } from '../../common/time/iso-microseconds.js';
import { type Head } from './room-connection.js';

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
  /** Id of the endpoint that acknowledgements go to; 0 for the application. */
  readonly scope: number;
  /** SHA-256 of the key. */
  readonly key: Buffer;
  /** SHA-256 of what is sent. */
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

/** What became of a message: stored; the same was stored before; its key was used for another; the room is gone. */
export type AppendOutcome = 'stored' | 'repeated' | 'mismatch' | 'gone';
const OUTCOMES: readonly AppendOutcome[] = ['stored', 'repeated', 'mismatch', 'gone'];

export interface AppendResult {
  readonly outcome: AppendOutcome;
  readonly offset: number;
  readonly epoch: string;
}

interface AppendRow {
  readonly outcome: number;
  readonly at: string | null;
  readonly in_epoch: string | null;
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

/** Stored messages. Offsets are far below 2^53. */
@Injectable()
export class MessageLogRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Stores all of `batch` in one transaction and one round trip. Within a batch a key may occur only once. */
  async append(batch: readonly NewMessage[]): Promise<AppendResult[]> {
    const rows: AppendRow[] = await this.database.query(
      `SELECT "outcome", "at", "in_epoch" FROM append_room_messages($1, $2, $3, $4, $5, $6, $7, $8)`,
      [
        batch.map(({ roomId }) => roomId),
        batch.map(({ message }) => message),
        batch.map(({ identity }) => identity),
        batch.map(({ timestamp }) => isoMicroseconds(timestamp)),
        batch.map(({ key }) => key?.scope ?? null),
        batch.map(({ key }) => key?.key ?? null),
        batch.map(({ key }) => key?.digest ?? null),
        batch.map(({ key }) => key?.lifeSeconds ?? null),
      ],
    );
    return rows.map(({ outcome, at, in_epoch }) => ({
      outcome: OUTCOMES[outcome] ?? 'gone',
      offset: Number(at),
      epoch: in_epoch ?? '',
    }));
  }

  /** Messages after `after` in ascending order: at most `count`, and no more than fit `bytes`, but always one. */
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

  /** The heads of rooms that have one. */
  async heads(roomIds: readonly number[]): Promise<Map<number, Head>> {
    const rows: HeadRow[] = await this.database.query(
      `SELECT "room_id", "epoch", "last_offset", "floor_offset" FROM "room_heads" WHERE "room_id" = ANY ($1)`,
      [roomIds],
    );
    return new Map(rows.map((row) => [row.room_id, headOf(row)]));
  }

  /**
   * Uses a key where messages are not stored.
   * @returns `undefined` when it was free, else the digest it was used with
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

export function headOf(row: Pick<HeadRow, 'epoch' | 'last_offset' | 'floor_offset'>): Head {
  return { epoch: row.epoch, last: Number(row.last_offset), floor: Number(row.floor_offset) };
}
