import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { Media } from '../../../../entities/circles/media.entity.js';

/** Whose bytes are counted. */
export type QuotaOwner = 'user' | 'circle';

export interface Quota {
  readonly owner: QuotaOwner;
  readonly id: number;
  /** 0 = no limit. */
  readonly bytes: number;
}

export interface Usage {
  readonly usedBytes: number;
  readonly quotaBytes: number;
}

/** The storage an upload may take up. */
export interface Reservation {
  readonly key: string;
  readonly size: number;
  readonly userId: number | null;
  readonly circleId: number | null;
  /** Key of the upload it replaces, if any. */
  readonly replaced: string | null;
  /** Time until what it left is removed, unless a media takes it over. */
  readonly hours: number;
}

/** First keys of the advisory locks held while an owner's bytes are counted. */
const LOCKS: Readonly<Record<QuotaOwner, number>> = { user: 0x6d710001, circle: 0x6d710002 };

/** Bytes of media, stored or being uploaded, by owner. */
@Injectable()
export class MediaQuotaRepository {
  constructor(@InjectRepository(Media) private readonly media: Repository<Media>) {}

  used(owner: QuotaOwner, id: number): Promise<number> {
    return usedIn(this.media.manager, owner, id, null);
  }

  /**
   * Records an upload if all quotas have room for it. @returns the usage that exceeds a quota; `undefined` when
   * recorded
   */
  reserve(
    reservation: Reservation,
    quotas: readonly Quota[],
  ): Promise<(Usage & { readonly owner: QuotaOwner }) | undefined> {
    const { key, size, userId, circleId, replaced, hours } = reservation;
    return this.media.manager.transaction(async (manager) => {
      for (const { owner, id, bytes } of quotas) {
        // Always the account's lock before the circle's. Held until the commit, so that concurrent uploads see each
        // other.
        await manager.query('SELECT pg_advisory_xact_lock($1, $2)', [LOCKS[owner], id]);
        const usedBytes = await usedIn(manager, owner, id, replaced);
        if (usedBytes + size > bytes) return { owner, usedBytes, quotaBytes: bytes };
      }
      await manager.query(
        `INSERT INTO "media_garbage" ("storage_key", "size", "user_id", "circle_id", "due_at")
         VALUES ($1, $2, $3, $4, now() + make_interval(hours => $5))`,
        [key, size, userId, circleId, hours],
      );
      return undefined;
    });
  }
}

async function usedIn(
  manager: EntityManager,
  owner: QuotaOwner,
  id: number,
  exceptKey: string | null,
): Promise<number> {
  const column = owner === 'user' ? '"user_id"' : '"circle_id"';
  const [row] = await manager.query<[{ bytes: string }]>(
    `SELECT coalesce(sum("size"), 0) AS "bytes" FROM (
       SELECT "size" FROM "media" WHERE ${column} = $1
       UNION ALL SELECT "size" FROM "media_garbage"
       WHERE ${column} = $1 AND "due_at" > now() AND "storage_key" IS DISTINCT FROM $2) AS x`,
    [id, exceptKey],
  );
  return Number(row.bytes);
}
