import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Media } from '../../../entities/circles/media.entity.js';
import { type MediaRow } from '../messages/messages.repository.js';

export interface StoredMedia extends MediaRow {
  readonly conversationId: number;
  readonly storageKey: string | null;
  readonly thumbnailKey: string | null;
}

export interface CompletedUpload {
  readonly storageKey: string;
  readonly thumbnailKey: string | null;
  readonly filename: string;
  readonly contentType: string;
  readonly size: number;
}

@Injectable()
export class MediaRepository {
  constructor(@InjectRepository(Media) private readonly media: Repository<Media>) {}

  async find(id: number): Promise<StoredMedia | undefined> {
    const rows = await this.media.query<(Omit<StoredMedia, 'size'> & { size: string | null })[]>(
      `SELECT x."id", x."message_id" AS "messageId", x."identifier", x."filename", x."content_type" AS "contentType",
         x."size", x."uploaded_at" IS NOT NULL AS "uploaded", x."thumbnail_key" IS NOT NULL AS "hasThumbnail",
         x."storage_key" AS "storageKey", x."thumbnail_key" AS "thumbnailKey", m."conversation_id" AS "conversationId"
       FROM "media" x JOIN "conversation_messages" m ON m."id" = x."message_id" WHERE x."id" = $1`,
      [id],
    );
    return rows.map(({ size, ...row }) => ({ ...row, size: size === null ? null : Number(size) }))[0];
  }

  /** Notes that something may be left under `keys`, to be removed after `hours` unless an upload is completed with it. */
  async expect(keys: readonly string[], hours: number): Promise<void> {
    await this.media.query(
      `INSERT INTO "media_garbage" ("storage_key", "due_at")
       SELECT unnest($1::varchar[]), now() + make_interval(hours => $2) ON CONFLICT DO NOTHING`,
      [keys, hours],
    );
  }

  /** A resumable upload begins under `key`; one before it is given up. @returns false when it is uploaded or gone */
  async beginUpload(id: number, key: string): Promise<boolean> {
    const { affected } = await this.media
      .createQueryBuilder()
      .update()
      .set({ storageKey: key })
      .where('"id" = :id AND "uploaded_at" IS NULL', { id })
      .execute();
    return affected === 1;
  }

  /** @returns false when it is uploaded already, or gone */
  complete(id: number, upload: CompletedUpload, now: Date): Promise<boolean> {
    return this.media.manager.transaction(async (manager) => {
      const { affected } = await manager
        .createQueryBuilder()
        .update(Media)
        .set({ ...upload, size: String(upload.size), uploadedAt: now })
        .where('"id" = :id AND "uploaded_at" IS NULL', { id })
        .execute();
      if (affected !== 1) return false;
      await manager.query(`DELETE FROM "media_garbage" WHERE "storage_key" = ANY ($1)`, [
        [upload.storageKey, upload.thumbnailKey],
      ]);
      return true;
    });
  }

  /** What is under the keys is of no use. */
  async discard(keys: readonly string[]): Promise<void> {
    await this.media.query(`UPDATE "media_garbage" SET "due_at" = now() WHERE "storage_key" = ANY ($1)`, [keys]);
  }

  /** @returns whether there was such a media */
  async remove(id: number): Promise<boolean> {
    return (await this.media.delete({ id })).affected === 1;
  }

  /**
   * Gives up media that was announced before `before` and never uploaded; a message that had nothing else is deleted.
   * @returns the messages concerned, and whether they are gone
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
