import { Injectable } from '@nestjs/common';
import { type AuditRecord, type AuditSealRecord } from '../../common/audit/audit-record.js';
import { ChainVerifier, type Verdict } from '../../common/audit/chain-verifier.js';
import { AppError } from '../../common/errors/app-error.js';
import { keyset, MAX_ID, type Page, toPage } from '../../common/http/paging/cursor.js';
import { normalizeEmail } from '../../common/security/email.js';
import { KeyRing } from '../../config/key-ring.js';
import { type AuditEntry } from '../../entities/audit/audit-entry.entity.js';
import { AUDIT_KEY } from '../audit/audit-keys.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { recordOf, sealRecordOf } from '../audit/audit-records.js';
import { AuditRepository, type PartyFilter } from '../audit/audit.repository.js';
import { Sealing } from '../audit/sealing.service.js';
import { type AuditQuery } from './audit.dto.js';

/** Entries read and converted in one go, which blocks everything else on the node. */
const AT_ONCE = 100;
/** A seal is larger than an entry. */
const SEALS_AT_ONCE = 20;

/**
 * One line of the export: each seal comes before its entries, and unsealed entries come last. Entries are in the form that
 * was sealed; personal data of accounts that still exist is beside them.
 */
export type TrailItem =
  { readonly seal: AuditSealRecord } | { readonly entry: AuditRecord; readonly personal?: readonly object[] };

/** Shows, exports and checks the audit log. */
@Injectable()
export class AuditTrail {
  readonly #key: Buffer;
  private verifying: Promise<Verdict> | undefined;

  constructor(
    private readonly repository: AuditRepository,
    private readonly log: AuditLog,
    private readonly sealing: Sealing,
    keys: KeyRing,
  ) {
    this.#key = keys.derive(AUDIT_KEY);
  }

  /** Newest first. */
  async page({ limit, cursor, from, to, actor, target, ...filter }: AuditQuery): Promise<Page<AuditRecord>> {
    const { afterId, take } = keyset({ limit, cursor });
    const times = {
      ...(from !== undefined && { from: new Date(from) }),
      ...(to !== undefined && { to: new Date(to) }),
    };
    const parties = { actor: this.partyOf(actor), target: this.partyOf(target) };
    const entries = await this.repository.page({ ...filter, ...times, ...parties }, afterId, take);
    return toPage(await this.shown(entries), limit, (record) => record);
  }

  /** @throws AppError `not_found` */
  async get(id: number): Promise<AuditRecord> {
    const entry = await this.repository.find(id);
    if (entry === undefined) throw new AppError('not_found', 'There is no such entry.');
    const [record = recordOf(entry)] = await this.shown([entry]);
    return record;
  }

  /** Reads the whole log; calls meanwhile share the result. */
  verify(): Promise<Verdict> {
    return (this.verifying ??= this.check().finally(() => {
      this.verifying = undefined;
    }));
  }

  /** The entry about the export is part of it. */
  async export(): Promise<AsyncIterable<TrailItem>> {
    await this.log.note({ action: 'audit.export' });
    return this.trail();
  }

  /** The entries as viewers of the log see them. */
  async shown(entries: readonly AuditEntry[]): Promise<AuditRecord[]> {
    return this.log.shown(entries, await this.repository.personalOf(entries));
  }

  private partyOf(wanted: string | undefined): PartyFilter | undefined {
    if (wanted === undefined) return undefined;
    const [, kind, id] = /^(\w+):(.+)$/s.exec(wanted) ?? [];
    if (kind !== undefined && id !== undefined) return { kind, id };
    return { words: wanted, digest: this.log.digest(normalizeEmail(wanted)) };
  }

  private async check(): Promise<Verdict> {
    const verifier = new ChainVerifier({ key: this.#key, head: this.sealing.head });
    for await (const item of this.trail()) {
      if ('seal' in item) verifier.seal(item.seal);
      else verifier.entry(item.entry);
    }
    return verifier.verdict();
  }

  private async *trail(): AsyncGenerator<TrailItem> {
    // Entries written meanwhile are left to the next reading.
    const [newest] = await this.repository.page({}, 0, 1);
    let sealed = 0;
    let seals = await this.repository.sealsAfter(0, SEALS_AT_ONCE);
    for (; seals.length > 0; seals = await this.repository.sealsAfter(seals.at(-1)?.id ?? MAX_ID, SEALS_AT_ONCE)) {
      for (const seal of seals) {
        yield { seal: sealRecordOf(seal) };
        if (seal.toId > sealed) yield* this.entries(sealed, seal.toId);
        sealed = Math.max(sealed, seal.toId);
      }
    }
    yield* this.entries(sealed, newest?.id ?? 0);
  }

  private async *entries(after: number, upTo: number): AsyncGenerator<TrailItem> {
    for (let last = after; last < upTo;) {
      const entries = await this.repository.entriesAfter(last, upTo, AT_ONCE);
      const personal = await this.repository.personalOf(entries);
      for (const entry of entries) {
        const kept = personal.get(entry.id)?.map(({ entryId: _id, ...values }) => values);
        yield { entry: recordOf(entry), ...(kept && { personal: kept }) };
      }
      last = entries.at(-1)?.id ?? upTo;
    }
  }
}
