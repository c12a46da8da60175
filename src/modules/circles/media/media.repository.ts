import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Media } from '../../../entities/circles/media.entity.js';
import { type MediaRow } from '../messages/messages.repository.js';

export interface StoredMedia extends MediaRow {
  readonly conversationId: number;
  // The author and the circle, in whose quotas it counts. No account when the author is a device or gone.
  readonly userId: number | null;
  readonly circleId: number | null;
  readonly isDownload: boolean;
  readonly storageKey: string | null;
  readonly thumbnailKey: string | null;
  readonly thumbnailDue: boolean;
}

export interface CompletedUpload {
  readonly storageKey: string;
  readonly thumbnailDue: boolean;
  readonly filename: string;
  readonly contentType: string;
  readonly isDownload: boolean;
  readonly size: number;
  readonly userId: number | null;
  readonly circleId: number | null;
}

/** A picture whose thumbnail is to be made. */
export interface Picture {
  readonly id: number;
  readonly storageKey: string;
  readonly size: number;
  readonly contentType: string;
  readonly userId: number | null;
}

@Injectable()
export class MediaRepository {
  constructor(@InjectRepository(Media) private readonly media: Repository<Media>) {}

  async find(id: number): Promise<StoredMedia | undefined> {
    const rows = await this.media.query<(Omit<StoredMedia, 'size'> & { size: string | null })[]>(
      `SELECT x."id", x."message_id" AS "messageId", x."identifier", x."filename", x."content_type" AS "contentType",
         x."size", x."uploaded_at" IS NOT NULL AS "uploaded", x."thumbnail_key" IS NOT NULL AS "hasThumbnail",
         x."storage_key" AS "storageKey", x."thumbnail_key" AS "thumbnailKey", x."thumbnail_due" AS "thumbnailDue",
         x."is_download" AS "isDownload", m."conversation_id" AS "conversationId", a."user_id" AS "userId",
         c."circle_id" AS "circleId"
       FROM "media" x JOIN "conversation_messages" m ON m."id" = x."message_id"
       JOIN "conversation_links" a ON a."id" = m."author_id"
       JOIN "conversations" c ON c."id" = m."conversation_id" WHERE x."id" = $1`,
      [id],
    );
    return rows.map(({ size, ...row }) => ({ ...row, size: size === null ? null : Number(size) }))[0];
  }

  /** Records that something may be left under `key`; it is removed after `hours` unless a media takes it over. */
  async expect(key: string, hours: number): Promise<void> {
    await this.media.query(
      `INSERT INTO "media_garbage" ("storage_key", "due_at") VALUES ($1, now() + make_interval(hours => $2))`,
      [key, hours],
    );
  }

  /**
   * Keeps what is under `key` for another `hours`, because bytes still arrive. @returns false when it was given up: it
   * no longer counts, and may be removed at any moment
   */
  async postpone(key: string, hours: number): Promise<boolean> {
    const [, count] = await this.media.query<[unknown, number]>(
      `UPDATE "media_garbage" SET "due_at" = now() + make_interval(hours => $2)
       WHERE "storage_key" = $1 AND "due_at" > now()`,
      [key, hours],
    );
    return count === 1;
  }

  /** Whether the upload under `key` was not given up. */
  async awaits(key: string): Promise<boolean> {
    const rows = await this.media.query<unknown[]>(
      `SELECT FROM "media_garbage" WHERE "storage_key" = $1 AND "due_at" > now()`,
      [key],
    );
    return rows.length === 1;
  }

  /**
   * Begins a resumable upload under `key`, in place of an earlier one. @returns false when the media is already
   * uploaded or gone
   */
  async beginUpload(id: number, key: string): Promise<boolean> {
    const { affected } = await this.media
      .createQueryBuilder()
      .update()
      .set({ storageKey: key })
      .where('"id" = :id AND "uploaded_at" IS NULL', { id })
      .execute();
    return affected === 1;
  }

  /** @returns false when the media is already uploaded or gone, or the upload was given up */
  complete(id: number, upload: CompletedUpload, now: Date): Promise<boolean> {
    return this.media.manager.transaction(async (manager) => {
      const { affected } = await manager
        .createQueryBuilder()
        .update(Media)
        .set({ ...upload, size: String(upload.size), uploadedAt: now })
        .where('"id" = :id AND "uploaded_at" IS NULL', { id })
        .andWhere('EXISTS (SELECT FROM "media_garbage" WHERE "storage_key" = :key AND "due_at" > now())', {
          key: upload.storageKey,
        })
        .execute();
      if (affected !== 1) return false;
      await manager.query(`DELETE FROM "media_garbage" WHERE "storage_key" = $1`, [upload.storageKey]);
      return true;
    });
  }

  /** Records the thumbnail of a picture, or that there is none (`null`). @returns false when the picture is gone */
  setThumbnail({ id, storageKey }: Picture, thumbnailKey: string | null): Promise<boolean> {
    return this.media.manager.transaction(async (manager) => {
      const { affected } = await manager.update(Media, { id, storageKey }, { thumbnailKey, thumbnailDue: false });
      if (affected !== 1) return false;
      await manager.query(`DELETE FROM "media_garbage" WHERE "storage_key" = $1`, [thumbnailKey]);
      return true;
    });
  }

  /**
   * Takes pictures whose thumbnails were left undone for `minutes`. Each is given out only once, since it may be what
   * ended the node.
   */
  async takeBelated(minutes: number, most: number): Promise<Picture[]> {
    const [rows] = await this.media.query<[(Omit<Picture, 'size'> & { size: string })[], number]>(
      `UPDATE "media" SET "thumbnail_due" = false WHERE "id" IN (
         SELECT "id" FROM "media" WHERE "thumbnail_due" AND "uploaded_at" < now() - make_interval(mins => $1)
         ORDER BY "uploaded_at" LIMIT $2 FOR UPDATE SKIP LOCKED)
       RETURNING "id", "storage_key" AS "storageKey", "content_type" AS "contentType", "size", "user_id" AS "userId"`,
      [minutes, most],
    );
    return rows.map((row) => ({ ...row, size: Number(row.size) }));
  }

  /** What is under `key` may be removed now. */
  async discard(key: string): Promise<void> {
    await this.media.query(`UPDATE "media_garbage" SET "due_at" = now() WHERE "storage_key" = $1`, [key]);
  }

  /** @returns whether there was such a media */
  async remove(id: number): Promise<boolean> {
    return (await this.media.delete({ id })).affected === 1;
  }

  /**
   * Removes media that was announced before `before` and never uploaded, and messages left with nothing.
   * @returns the messages concerned, and whether they were deleted
   */
  giveUp(
    before: Date,
    now: Date,
    most: number,
  ): Promise<{ messageId: number; conversationId: number; deleted: boolean }[]> {
    return this.media.manager.transaction(async (manager) => {
      const [given] = await manager.query<[{ messageId: number }[], number]>(
        `DELETE FROM "media" WHERE "id" IN (
           SELECT "id" FROM "media" WHERE "uploaded_at" IS NULL AND "created_at" < $1 ORDER BY "created_at" LIMIT $2
           FOR UPDATE SKIP LOCKED)
         RETURNING "message_id" AS "messageId"`,
        [before, most],
      );
      const ids = [...new Set(given.map(({ messageId }) => messageId))];
      const [deleted] = await manager.query<[{ id: number }[], number]>(
        `UPDATE "conversation_messages" m SET "deleted_at" = $2
         WHERE m."id" = ANY ($1) AND m."content" = '' AND m."deleted_at" IS NULL
           AND NOT EXISTS (SELECT FROM "media" x WHERE x."message_id" = m."id") RETURNING m."id"`,
        [ids, now],
      );
      const messages = await manager.query<{ messageId: number; conversationId: number }[]>(
        `SELECT "id" AS "messageId", "conversation_id" AS "conversationId" FROM "conversation_messages"
         WHERE "id" = ANY ($1) ORDER BY "id"`,
        [ids],
      );
      const gone = new Set(deleted.map(({ id }) => id));
      return messages.map((message) => ({ ...message, deleted: gone.has(message.messageId) }));
    });
  }

  async dueGarbage(most: number): Promise<string[]> {
    const rows = await this.media.query<{ key: string }[]>(
      `SELECT "storage_key" AS "key" FROM "media_garbage" WHERE "due_at" <= now() ORDER BY "due_at" LIMIT $1`,
      [most],
    );
    return rows.map(({ key }) => key);
  }

  async forgetGarbage(key: string): Promise<void> {
    await this.media.query(`DELETE FROM "media_garbage" WHERE "storage_key" = $1 AND "due_at" <= now()`, [key]);
  }
}
