import { Inject, Injectable } from '@nestjs/common';
import { DataSource } from 'typeorm';

/** A room whose history will begin later. */
interface Cut {
  readonly roomId: number;
  readonly floor: number;
}

/**
 * Removes what is no longer kept, in pieces, so that no statement locks or scans much; rooms are processed in pages.
 * `now` only counts as far as the database agrees: a node whose clock has jumped ahead removes nothing too early.
 */
@Injectable()
export class RetentionRepository {
  constructor(@Inject(DataSource) private readonly database: DataSource) {}

  /** Rooms that keep more messages than they should. */
  async beyondLimit(take: number): Promise<Cut[]> {
    const rows: { room_id: number; floor: string }[] = await this.database.query(
      `SELECT h."room_id", h."last_offset" - r."history_limit" AS "floor"
       FROM "rooms" r JOIN "room_heads" h ON h."room_id" = r."id"
       WHERE r."history_limit" IS NOT NULL AND h."last_offset" - h."floor_offset" > r."history_limit" LIMIT $1`,
      [take],
    );
    return rows.map(({ room_id, floor }) => ({ roomId: room_id, floor: Number(floor) }));
  }

  /** Rooms whose oldest message is too old, each with the newest of its first `piece` messages that is too old. */
  async beyondAge(now: Date, take: number, piece: number): Promise<Cut[]> {
    const rows: { room_id: number; floor: string }[] = await this.database.query(
      `SELECT h."room_id", old."floor" FROM "rooms" r JOIN "room_heads" h ON h."room_id" = r."id"
       CROSS JOIN LATERAL (
         SELECT m."sent_at" FROM "room_messages" m WHERE m."room_id" = h."room_id" AND m."offset" > h."floor_offset"
         ORDER BY m."offset" LIMIT 1
       ) AS "oldest"
       CROSS JOIN LATERAL (
         SELECT max(p."offset") AS "floor" FROM (
           SELECT m."offset", m."sent_at" FROM "room_messages" m
           WHERE m."room_id" = h."room_id" AND m."offset" > h."floor_offset" ORDER BY m."offset" LIMIT $3
         ) AS p WHERE p."sent_at" < LEAST($1::timestamptz, now()) - make_interval(days => r."retention_days")
       ) AS "old"
       WHERE r."retention_days" IS NOT NULL
         AND "oldest"."sent_at" < LEAST($1::timestamptz, now()) - make_interval(days => r."retention_days") LIMIT $2`,
      [now, take, piece],
    );
    return rows.map(({ room_id, floor }) => ({ roomId: room_id, floor: Number(floor) }));
  }

  /** Hides messages up to `floor` from now on. */
  async raiseFloor({ roomId, floor }: Cut): Promise<void> {
    await this.database.query(
      `UPDATE "room_heads" SET "floor_offset" = $2 WHERE "room_id" = $1 AND "floor_offset" < $2`,
      [roomId, floor],
    );
  }

  /** Removes hidden messages, at most `piece` offsets in each of `take` rooms. @returns the number of rooms touched */
  async removeHidden(take: number, piece: number): Promise<number> {
    const rows: { room_id: number; upto: string }[] = await this.database.query(
      `SELECT "room_id", least("floor_offset", "swept_offset" + $2) AS "upto" FROM "room_heads"
       WHERE "swept_offset" < "floor_offset" LIMIT $1`,
      [take, piece],
    );
    for (const { room_id, upto } of rows) {
      await this.database.query(`DELETE FROM "room_messages" WHERE "room_id" = $1 AND "offset" <= $2`, [room_id, upto]);
      await this.database.query(
        `UPDATE "room_heads" SET "swept_offset" = $2 WHERE "room_id" = $1 AND "swept_offset" < $2`,
        [room_id, upto],
      );
    }
    return rows.length;
  }

  /** Removes messages of one deleted room. @returns whether there may be more to do */
  async removeOrphans(piece: number): Promise<boolean> {
    const [room]: { room_id: number }[] = await this.database.query(`SELECT "room_id" FROM "removed_rooms" LIMIT 1`);
    if (!room) return false;
    const [, removed]: [unknown, number] = await this.database.query(
      `DELETE FROM "room_messages" WHERE "room_id" = $1 AND "offset" <= (
         SELECT max("offset") FROM (
           SELECT "offset" FROM "room_messages" WHERE "room_id" = $1 ORDER BY "offset" LIMIT $2
         ) AS "next"
       )`,
      [room.room_id, piece],
    );
    if (removed === 0) await this.database.query(`DELETE FROM "removed_rooms" WHERE "room_id" = $1`, [room.room_id]);
    return true;
  }

  /** @returns the number of rows removed */
  async removeKeys(now: Date, piece: number): Promise<number> {
    return this.count(
      `DELETE FROM "room_message_keys" WHERE ("room_id", "scope", "key") IN (
         SELECT "room_id", "scope", "key" FROM "room_message_keys" WHERE "expires_at" <= LEAST($1::timestamptz, now()) LIMIT $2)`,
      [now, piece],
    );
  }

  /** Removes endpoints that expired before `before`. @returns the number of rows removed */
  async removeEndpoints(before: Date, piece: number): Promise<number> {
    return this.count(
      `DELETE FROM "room_endpoints" WHERE "id" IN (
         SELECT "id" FROM "room_endpoints" WHERE "expires_at" <= LEAST($1::timestamptz, now()) LIMIT $2)`,
      [before, piece],
    );
  }

  private async count(sql: string, parameters: unknown[]): Promise<number> {
    const [, removed]: [unknown, number] = await this.database.query(sql, parameters);
    return removed;
  }
}
