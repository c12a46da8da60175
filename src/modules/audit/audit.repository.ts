import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Between, type EntityManager, In, MoreThan, Repository } from 'typeorm';
import { AuditCaller } from '../../entities/audit/audit-caller.entity.js';
import { AuditEntry } from '../../entities/audit/audit-entry.entity.js';
import { AuditPersonal } from '../../entities/audit/audit-personal.entity.js';
import { AuditSeal } from '../../entities/audit/audit-seal.entity.js';
import { wordPatterns } from '../../common/database/search.js';
import { WRITERS_LOCK } from './audit-keys.js';
import { type KeptValues } from './personal.js';

export type PartyFilter =
  | { readonly kind: string; readonly id: string }
  /** Words in the label, or the label's digest. */
  | { readonly words: string; readonly digest: string };

export interface EntryFilter {
  readonly actor?: PartyFilter | undefined;
  readonly target?: PartyFilter | undefined;
  /** A whole action, or its first part, e.g. `services`. */
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

// A union, so that each part can use an index of its own.
const ENTRIES_OF = `
  (SELECT "id" FROM "audit_entries" WHERE "actor_kind" = 'user' AND "actor_id" = $1 AND "id" > $3 ORDER BY "id" LIMIT $4)
  UNION (SELECT "id" FROM "audit_entries" WHERE "target_kind" IN ('account', 'user') AND "target_id" = $1 AND "id" > $3
    ORDER BY "id" LIMIT $4)
  UNION (SELECT "entry_id" FROM "audit_personal" WHERE "user_id" = $2 AND "entry_id" > $3 ORDER BY "entry_id" LIMIT $4)
  ORDER BY 1 LIMIT $4`;

/** Milliseconds that a sealing node waits for writers; below the `deadlock_timeout` of PostgreSQL, which is a second. */
const LOCK_TIMEOUT = 500;

@Injectable()
export class AuditRepository {
  constructor(
    @InjectRepository(AuditEntry) private readonly entries: Repository<AuditEntry>,
    @InjectRepository(AuditPersonal) private readonly personal: Repository<AuditPersonal>,
    @InjectRepository(AuditCaller) private readonly callers: Repository<AuditCaller>,
    @InjectRepository(AuditSeal) private readonly seals: Repository<AuditSeal>,
  ) {}

  async find(id: number): Promise<AuditEntry | undefined> {
    return (await this.entries.findOneBy({ id })) ?? undefined;
  }

  /** Newest first. @param beforeId 0 starts at the newest */
  page(filter: EntryFilter, beforeId: number, take: number): Promise<AuditEntry[]> {
    const query = this.entries.createQueryBuilder('e').orderBy('e.id', 'DESC').limit(take);
    if (beforeId > 0) query.andWhere('e.id < :beforeId', { beforeId });
    for (const party of ['actor', 'target'] as const) {
      const wanted = filter[party];
      if (wanted === undefined) continue;
      if ('kind' in wanted) {
        query.andWhere(`e.${party}_kind = :${party}Kind AND e.${party}_id = :${party}Id`, {
          [`${party}Kind`]: wanted.kind,
          [`${party}Id`]: wanted.id,
        });
        continue;
      }
      const patterns = wordPatterns(wanted.words).map((pattern, i) => [`${party}${i}`, pattern] as const);
      const saying = (label: string) => patterns.map(([name]) => `${label} ILIKE :${name}`).join(' AND ') || 'TRUE';
      query.andWhere(
        `(e.${party}_label = :${party}Digest OR e.${party}_label NOT LIKE 'hmac:%' AND ${saying(`e.${party}_label`)}
          OR e.id IN (SELECT entry_id FROM audit_personal WHERE ${saying(`${party}_label`)})
          ${party === 'actor' ? `OR e.actor_label IN (SELECT digest FROM audit_callers WHERE ${saying('value')})` : ''})`,
        { ...Object.fromEntries(patterns), [`${party}Digest`]: wanted.digest },
      );
    }
    const { action, outcome, from, to } = filter;
    if (action?.includes('.')) query.andWhere({ action });
    else if (action !== undefined) {
      // A range, because that can use the index.
      query.andWhere('e.action >= :least AND e.action < :beyond', { least: `${action}.`, beyond: `${action}/` });
    }
    if (outcome !== undefined) query.andWhere({ outcome });
    if (from) query.andWhere('e.at >= :from', { from });
    if (to) query.andWhere('e.at < :to', { to });
    return query.getMany();
  }

  /** The clear text kept for these entries, if `userId` is given only that of this account. */
  async personalOf(entries: readonly AuditEntry[], userId?: number): Promise<ReadonlyMap<number, KeptValues[]>> {
    if (entries.length === 0) return new Map();
    const where = { entryId: In(entries.map(({ id }) => id)), ...(userId !== undefined && { userId }) };
    const [rows, callers] = await Promise.all([this.personal.find({ where }), this.callersOf(entries, userId)]);
    const byEntry = new Map<number, KeptValues[]>();
    for (const row of [...rows, ...callers]) byEntry.set(row.entryId, [...(byEntry.get(row.entryId) ?? []), row]);
    return byEntry;
  }

  /** What an account did and what was done to it, oldest first. */
  async entriesOf(userId: number, afterId: number, take: number): Promise<AuditEntry[]> {
    const rows = await this.entries.query<{ id: number }[]>(ENTRIES_OF, [String(userId), userId, afterId, take]);
    return this.entries.find({ where: { id: In(rows.map(({ id }) => id)) }, order: { id: 'ASC' } });
  }

  /** The clear text of the digests in these entries that belong to the acting accounts. */
  private async callersOf(entries: readonly AuditEntry[], userId?: number): Promise<KeptValues[]> {
    const acts = entries.flatMap((entry) => {
      const actor = entry.actorKind === 'user' ? Number(entry.actorId) : undefined;
      return actor === undefined || (userId !== undefined && actor !== userId) ? [] : { actor, entry };
    });
    const digests = new Set(acts.flatMap(({ entry }) => [entry.actorLabel, entry.address, entry.userAgent]));
    digests.delete(null);
    const where = { userId: In([...new Set(acts.map(({ actor }) => actor))]), digest: In([...digests]) };
    const kept = await this.callers.find({ where });
    const values = new Map(kept.map(({ userId, digest, value }) => [`${userId} ${digest}`, value]));
    return acts.map(({ actor, entry }) => {
      const valueOf = (digest: string | null): string | null => values.get(`${actor} ${digest}`) ?? null;
      return {
        entryId: entry.id,
        userId: actor,
        actorLabel: valueOf(entry.actorLabel),
        targetLabel: null,
        address: valueOf(entry.address),
        userAgent: valueOf(entry.userAgent),
        changes: null,
      };
    });
  }

  /** Oldest first. */
  entriesAfter(id: number, upTo: number, take: number): Promise<AuditEntry[]> {
    return this.entries.find({ where: { id: Between(id + 1, upTo) }, order: { id: 'ASC' }, take });
  }

  /** Oldest first. */
  sealsAfter(id: number, take: number): Promise<AuditSeal[]> {
    return this.seals.find({ where: { id: MoreThan(id) }, order: { id: 'ASC' }, take });
  }

  async lastSeal(): Promise<AuditSeal | undefined> {
    return (await this.seals.find({ order: { id: 'DESC' }, take: 1 }))[0];
  }

  /** How many entries wait for a seal, counting up to `most`, and since when. */
  async unsealed(most: number): Promise<{ readonly count: number; readonly since: Date | null }> {
    const [row] = await this.entries.query<[{ count: number; since: Date | null }]>(
      `SELECT count(*)::integer AS "count", min("at") AS "since" FROM (
         SELECT "at" FROM "audit_entries" WHERE "id" > (SELECT coalesce(max("to_id"), 0) FROM "audit_seals") LIMIT $1) AS "waiting"`,
      [most],
    );
    return row;
  }

  /**
   * Seals the next entries, once every writer that already has an id has committed.
   * @param make returns `undefined` when there is nothing to seal
   */
  seal(
    most: number,
    make: (last: AuditSeal | undefined, entries: readonly AuditEntry[]) => AuditSeal | undefined,
  ): Promise<AuditSeal | undefined> {
    return this.seals.manager.transaction(async (manager) => {
      await manager.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT}`);
      await manager.query(`SELECT pg_advisory_xact_lock(${WRITERS_LOCK})`);
      const [last] = await manager.find(AuditSeal, { order: { id: 'DESC' }, take: 1 });
      // Values of accounts that were removed while the entry was being written.
      await manager.query(
        `DELETE FROM "audit_personal" WHERE "entry_id" > $1 AND NOT EXISTS (SELECT FROM "users" WHERE "id" = "user_id")`,
        [last?.toId ?? 0],
      );
      await manager.query(
        `DELETE FROM "audit_callers" WHERE "seen_on" >= current_date - 1 AND NOT EXISTS (SELECT FROM "users" WHERE "id" = "user_id")`,
      );
      const where = { id: MoreThan(last?.toId ?? 0) };
      const seal = make(last, await manager.find(AuditEntry, { where, order: { id: 'ASC' }, take: most }));
      if (seal) await manager.insert(AuditSeal, seal);
      return seal;
    });
  }

  /** Removes entries sealed more than `days` ago. @returns the last seal whose entries were removed, if there is one */
  async prune(manager: EntityManager, days: number): Promise<number | undefined> {
    const [row] = await manager.query<[{ last: number | null }]>(`SELECT audit_prune($1) AS "last"`, [days]);
    // One day of margin before the oldest entry, since time zones differ.
    await manager.query(
      `DELETE FROM "audit_callers" WHERE "seen_on" < (SELECT coalesce(min("at"), now()) FROM "audit_entries")::date - 1`,
    );
    return row.last ?? undefined;
  }
}
