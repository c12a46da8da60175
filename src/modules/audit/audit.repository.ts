import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Between, type EntityManager, MoreThan, Repository } from 'typeorm';
import { AuditEntry } from '../../entities/audit/audit-entry.entity.js';
import { AuditSeal } from '../../entities/audit/audit-seal.entity.js';
import { containing } from '../../common/database/search.js';
import { WRITERS_LOCK } from './audit-keys.js';

export interface EntryFilter {
  /** `kind:id`, or words of the label. */
  readonly actor?: string | undefined;
  readonly target?: string | undefined;
  /** A whole one, or its first part: `services`. */
  readonly action?: string | undefined;
  readonly outcome?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Milliseconds a sealing node waits for the writers; less than after what the database looks for deadlocks. */
const LOCK_TIMEOUT = 500;

@Injectable()
export class AuditRepository {
  constructor(
    @InjectRepository(AuditEntry) private readonly entries: Repository<AuditEntry>,
    @InjectRepository(AuditSeal) private readonly seals: Repository<AuditSeal>,
  ) {}

  async find(id: number): Promise<AuditEntry | undefined> {
    return (await this.entries.findOneBy({ id })) ?? undefined;
  }

  /** The newest first. @param beforeId 0 = from the newest on */
  page(filter: EntryFilter, beforeId: number, take: number): Promise<AuditEntry[]> {
    const query = this.entries.createQueryBuilder('e').orderBy('e.id', 'DESC').limit(take);
    if (beforeId > 0) query.andWhere('e.id < :beforeId', { beforeId });
    for (const party of ['actor', 'target'] as const) {
      const wanted = filter[party];
      if (wanted === undefined) continue;
      const [, kind, id] = /^(\w+):(.+)$/s.exec(wanted) ?? [];
      if (kind !== undefined) {
        query.andWhere(`e.${party}_kind = :${party}Kind AND e.${party}_id = :${party}Id`, {
          [`${party}Kind`]: kind,
          [`${party}Id`]: id,
        });
      } else query.andWhere({ [`${party}Label`]: containing(wanted) });
    }
    const { action, outcome, from, to } = filter;
    if (action?.includes('.')) query.andWhere({ action });
    else if (action !== undefined) {
      // As a range, which the index has.
      query.andWhere('e.action >= :least AND e.action < :beyond', { least: `${action}.`, beyond: `${action}/` });
    }
    if (outcome !== undefined) query.andWhere({ outcome });
    if (from) query.andWhere('e.at >= :from', { from });
    if (to) query.andWhere('e.at < :to', { to });
    return query.getMany();
  }

  /** Ascending. */
  entriesAfter(id: number, upTo: number, take: number): Promise<AuditEntry[]> {
    return this.entries.find({ where: { id: Between(id + 1, upTo) }, order: { id: 'ASC' }, take });
  }

  /** Ascending. */
  sealsAfter(id: number, take: number): Promise<AuditSeal[]> {
    return this.seals.find({ where: { id: MoreThan(id) }, order: { id: 'ASC' }, take });
  }

  async lastSeal(): Promise<AuditSeal | undefined> {
    return (await this.seals.find({ order: { id: 'DESC' }, take: 1 }))[0];
  }

  /** How many wait for a seal, at most `most`, and since when. */
  async unsealed(most: number): Promise<{ readonly count: number; readonly since: Date | null }> {
    const [row] = await this.entries.query<[{ count: number; since: Date | null }]>(
      `SELECT count(*)::integer AS "count", min("at") AS "since" FROM (
         SELECT "at" FROM "audit_entries" WHERE "id" > (SELECT coalesce(max("to_id"), 0) FROM "audit_seals") LIMIT $1) AS "waiting"`,
      [most],
    );
    return row;
  }

  /**
   * Seals the next entries, when all writers that have an id for theirs have committed.
   * @param make `undefined` when there is nothing to seal
   */
  seal(
    most: number,
    make: (last: AuditSeal | undefined, entries: readonly AuditEntry[]) => AuditSeal | undefined,
  ): Promise<AuditSeal | undefined> {
    return this.seals.manager.transaction(async (manager) => {
      await manager.query(`SET LOCAL lock_timeout = ${LOCK_TIMEOUT}`);
      await manager.query(`SELECT pg_advisory_xact_lock(${WRITERS_LOCK})`);
      const [last] = await manager.find(AuditSeal, { order: { id: 'DESC' }, take: 1 });
      const where = { id: MoreThan(last?.toId ?? 0) };
      const seal = make(last, await manager.find(AuditEntry, { where, order: { id: 'ASC' }, take: most }));
      if (seal) await manager.insert(AuditSeal, seal);
      return seal;
    });
  }

  /** Removes what has been sealed for longer. @returns the last seal whose entries went, `undefined` when none did */
  async prune(manager: EntityManager, days: number): Promise<number | undefined> {
    const [row] = await manager.query<[{ last: number | null }]>(`SELECT audit_prune($1) AS "last"`, [days]);
    return row.last ?? undefined;
  }
}
