import { Injectable } from '@nestjs/common';
import { type AuditRecord } from '../../../common/audit/audit-record.js';
import { AppError } from '../../../common/errors/app-error.js';
import { Clock } from '../../../common/time/clock.js';
import { type User } from '../../../entities/accounts/user.entity.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { AuditRepository } from '../../audit/audit.repository.js';
import { AccountExportRepository, type ExportRow, SECTION_KINDS } from './account-export.repository.js';

/** Rows held in memory at a time; a message may have 8,192 characters. */
const AT_ONCE = 200;
/** Exports that a node writes at a time. */
const MOST = 8;
const RETRY_SECONDS = 10;

/** One line of an export. */
export type ExportItem = { readonly kind: string } & Readonly<Record<string, unknown>>;

/** Everything stored about one account, row by row. */
@Injectable()
export class AccountExport {
  private readonly running = new Set<number>();

  constructor(
    private readonly repository: AccountExportRepository,
    private readonly trail: AuditRepository,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * The export is recorded in the audit log before the first row is read, and is therefore part of itself.
   * @param write consumes the items one by one, at its reader's pace
   * @throws AppError `rate_limited` while an export of this account, or too many of others, are running
   */
  async export({ id, email }: User, write: (items: AsyncIterable<ExportItem>) => Promise<void>): Promise<void> {
    if (this.running.has(id) || this.running.size >= MOST) {
      throw new AppError('rate_limited', 'Another export is under way.', { retryAfterSeconds: RETRY_SECONDS });
    }
    this.running.add(id);
    try {
      await this.audit.note({ action: 'accounts.export', target: { kind: 'account', id: String(id), label: email } });
      await write(this.counted(id));
    } finally {
      this.running.delete(id);
    }
  }

  private async *counted(id: number): AsyncGenerator<ExportItem> {
    let lines = 0;
    yield { kind: 'export', account: id, at: this.clock.date().toISOString() };
    for await (const item of this.items(id)) {
      lines++;
      yield item;
    }
    // Without this line, an export is incomplete.
    yield { kind: 'end', lines };
  }

  private async *items(id: number): AsyncGenerator<ExportItem> {
    for (const kind of SECTION_KINDS) {
      const rows = inPages((after) => this.repository.page(kind, id, after, AT_ONCE), at);
      for await (const row of rows) yield { ...row, at: undefined, kind };
    }
    for await (const link of inPages((after) => this.repository.links(id, after, AT_ONCE), idOf)) {
      const rows = inPages((after) => this.repository.messages(link, after, AT_ONCE), at);
      for await (const row of rows) yield messageOf(row);
    }
    const entries = inPages(async (after) => {
      const page = await this.trail.entriesOf(id, after, AT_ONCE);
      return this.audit.shown(page, await this.trail.personalOf(page, id));
    }, idOf);
    for await (const entry of entries) yield { kind: 'audit', ...withoutOthers(entry, String(id)) };
  }
}

const at = ({ at }: ExportRow): number => at;
const idOf = ({ id }: { readonly id: number }): number => id;

async function* inPages<R>(page: (after: number) => Promise<R[]>, keyOf: (row: R) => number): AsyncGenerator<R> {
  for (let rows = await page(0); rows.length > 0;) {
    yield* rows;
    const last = rows.at(-1);
    rows = rows.length < AT_ONCE || last === undefined ? [] : await page(keyOf(last));
  }
}

/** Restores the original text where the database holds a searchable version of it. */
function messageOf({ at: _at, exact, text, ...rest }: ExportRow): ExportItem {
  return { kind: 'message', ...rest, text: typeof exact === 'string' ? (JSON.parse(exact) as unknown) : text };
}

/** Hides which admin did something and from where: that is not for the account to know. */
function withoutOthers({ mac: _mac, ...entry }: AuditRecord, id: string): Omit<AuditRecord, 'mac'> {
  const { actor } = entry;
  if ((actor.kind === 'user' && actor.id === id) || actor.kind === 'anonymous') return entry;
  return { ...entry, actor: { ...actor, label: null }, address: null, userAgent: null };
}
