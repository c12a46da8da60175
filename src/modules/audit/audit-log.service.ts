import { Inject, Injectable } from '@nestjs/common';
import { DataSource, type EntityManager } from 'typeorm';
import {
  type AuditContent,
  type AuditOutcome,
  type AuditParty,
  type AuditRecord,
  canonicalJson,
  hmac,
  type Json,
  macOf,
} from '../../common/audit/audit-record.js';
import { thenCommit } from '../../common/database/transaction-statements.js';
import { currentRequest, type RequestContext } from '../../common/context/request-context.js';
import { Clock } from '../../common/time/clock.js';
import { KeyRing } from '../../config/key-ring.js';
import { type AuditEntry } from '../../entities/audit/audit-entry.entity.js';
import { inSharedTransaction, isInSharedTransaction } from '../database/shared-transaction.js';
import { NodeIdentity } from '../realtime/node-identity.js';
import { STORED_TARGETS, type StoredKind, type StoredTarget } from './audit-targets.js';
import { AUDIT_KEY, SECRETS_KEY } from './audit-keys.js';
import { recordOf } from './audit-records.js';
import { Callers, type CallerValue } from './callers.js';
import { changesOf } from './changes.js';
import { entryStatement } from './entry-statement.js';
import { type KeptValues, withoutPersonal, withPersonal } from './personal.js';
import { answeredRow, insertedRow, removedRow, type Row, storedRow } from './stored-row.js';

/** What to record; the actor, their address and the time come from the request. */
export interface AuditNote {
  /** `<target>.<verb>`, e.g. `services.update`. */
  readonly action: string;
  readonly target?: AuditParty | null;
  readonly outcome?: AuditOutcome;
  readonly changes?: Json;
  readonly count?: number;
  /** Where it is not the caller. */
  readonly actor?: AuditParty;
  /** The account that the target belongs to, unless the target is an account. */
  readonly owner?: number | undefined;
  /** Where it is not the current request. */
  readonly request?: Partial<Pick<RequestContext, 'address' | 'userAgent' | 'requestId'>> | undefined;
}

/** Which row of a kind: its id, or the columns to find it by; absent for a row that is being created. */
type Which = number | Row;
/** One row at most. */
type WhichOne = number | (Row & { readonly id: number });
type StoredRow<K extends StoredKind> = InstanceType<(typeof STORED_TARGETS)[K]['entity']>;

/** Reports the row as it was before the act, with all its columns. */
export type Was = (row: object) => void;
/** @param place `last` if it is the last statement of its transaction */
type Write = (manager: EntityManager, note: AuditNote, place?: 'last') => Promise<void>;

/** Characters of JSON beyond which an entry only says that its changes are truncated. */
const MAX_CHANGES = 16_384;
const TRUNCATED: Json = { truncated: true };
const SYSTEM: AuditParty = { kind: 'system', id: null, label: null };
const NOBODY: AuditParty = { kind: 'anonymous', id: null, label: null };

/** Records who did what. An act and its entry are one transaction: neither exists without the other. */
@Injectable()
export class AuditLog {
  /** The actor outside of a request. */
  protected readonly itself: AuditParty = SYSTEM;
  private readonly callers: Callers;
  readonly #key: Buffer;
  readonly #secretsKey: Buffer;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly identity: NodeIdentity,
    private readonly clock: Clock,
    keys: KeyRing,
  ) {
    this.callers = new Callers(clock, (value) => this.digest(value));
    this.#key = keys.derive(AUDIT_KEY);
    this.#secretsKey = keys.derive(SECRETS_KEY);
  }

  /**
   * Changes a row and records what changed. All repository calls of `work` share one transaction with the entry, which is
   * committed when this resolves; announce the change only then.
   * @param which the row; absent when `work` creates it, or reports it with `was`
   * @param work returns the row as it is now, an object that has it as a member, or an object with its `id`; `undefined` or
   *   `false` when there was nothing to change: then nothing is recorded. It may call `was` once, at any time.
   */
  act<T>(action: string, [kind, which]: readonly [StoredKind, Which?], work: (was: Was) => Promise<T>): Promise<T> {
    return this.changing(action, kind, which, work, async (manager, before, result) => {
      const { entity } = STORED_TARGETS[kind];
      const answered = answeredRow(manager, entity, result);
      if (answered && (before === null || before['id'] === answered['id'])) return answered;
      const id = before?.['id'] ?? idOf(result);
      return id === undefined ? null : storedRow(manager, entity, { id });
    });
  }

  /** Like `act`, for work that removes the row. */
  remove<T>(action: string, [kind, which]: readonly [StoredKind, Which?], work: (was: Was) => Promise<T>): Promise<T> {
    return this.changing(action, kind, which, work, () => null);
  }

  /**
   * Stores a new row and records that.
   * @returns the row
   */
  async makeRow<K extends StoredKind>(action: string, kind: K, values: Partial<StoredRow<K>>): Promise<StoredRow<K>> {
    const entity = STORED_TARGETS[kind].entity as new () => StoredRow<K>;
    const row = await this.with(
      (manager) => insertedRow(manager, entity, values),
      (row) => this.noteOf(action, kind, null, row),
    );
    return Object.assign(new entity(), row);
  }

  /**
   * Removes a row, and all that its removal cascades to, and records that.
   * @returns whether there was such a row
   */
  async removeRow(action: string, [kind, which]: readonly [StoredKind, WhichOne]): Promise<boolean> {
    const row = await this.with(
      (manager) => removedRow(manager, STORED_TARGETS[kind].entity, whereOf(which)),
      (row) => (row === null ? undefined : this.noteOf(action, kind, row, null)),
    );
    return row !== null;
  }

  /**
   * Does something outside the database, e.g. closes a connection, and records it. The entry comes first, so that nothing
   * is done that cannot be recorded; if `work` fails, the entry is rolled back.
   */
  around<T>(note: AuditNote, work: () => Promise<T>): Promise<T> {
    return this.remembering((write) =>
      this.dataSource.transaction(async (manager) => {
        await write(manager, note);
        return work();
      }),
    );
  }

  /** Like `act`, for work that is not about one row. @param noteOf what it did; `undefined` if nothing */
  with<T>(work: (manager: EntityManager) => Promise<T>, noteOf: (result: T) => AuditNote | undefined): Promise<T> {
    return this.remembering((write) =>
      inSharedTransaction(this.dataSource, async (manager) => {
        const result = await work(manager);
        const note = noteOf(result);
        if (note) await write(manager, note, 'last');
        return result;
      }),
    );
  }

  /** Stands in an entry for a value that must not be in it: equal values can be recognized, but not read. */
  readonly digest = (text: string): string => `hmac:${hmac(this.#secretsKey, text).slice(0, 32)}`;

  /** The entries, with the personal values that are kept beside them. */
  shown(entries: readonly AuditEntry[], personal: ReadonlyMap<number, KeptValues[]>): AuditRecord[] {
    return entries.map((entry) => withPersonal(recordOf(entry), personal.get(entry.id) ?? [], this.digest));
  }

  /** Writes an entry on its own. */
  async note(note: AuditNote): Promise<void> {
    await this.remembering((write) => write(this.dataSource.manager, note));
  }

  private changing<T>(
    action: string,
    kind: StoredKind,
    which: Which | undefined,
    work: (was: Was) => Promise<T>,
    afterwards: (manager: EntityManager, before: Row | null, result: T) => Promise<Row | null> | null,
  ): Promise<T> {
    return this.remembering((write) =>
      inSharedTransaction(this.dataSource, async (manager) => {
        const { entity } = STORED_TARGETS[kind];
        let before = which === undefined ? null : await storedRow(manager, entity, whereOf(which));
        const result = await work((row) => {
          before = answeredRow(manager, entity, row) ?? null;
        });
        if (result === undefined || result === false) return result;
        await write(manager, this.noteOf(action, kind, before, await afterwards(manager, before, result)), 'last');
        return result;
      }),
    );
  }

  private noteOf(action: string, kind: StoredKind, before: Row | null, after: Row | null): AuditNote {
    const { label, id = 'id', owner }: StoredTarget = STORED_TARGETS[kind];
    const row = after ?? before;
    const text = (member: string): string | null => textOf(row?.[member]);
    return {
      action,
      target: { kind, id: text(id), label: text(label) },
      changes: changesOf(before, after, this.digest),
      owner: row && owner ? numberOf(owner(row)) : undefined,
    };
  }

  /** Caller values count as stored once they are committed, which cannot be known inside an outer transaction. */
  private async remembering<T>(work: (write: Write) => Promise<T>): Promise<T> {
    const isWhole = !isInSharedTransaction(this.dataSource);
    const written: CallerValue[] = [];
    const result = await work(async (manager, note, place) => {
      written.push(...(await this.record(manager, note, place === 'last' && isWhole)));
    });
    if (isWhole) this.callers.remember(written);
    return result;
  }

  /**
   * Has to come last in a transaction: the entry holds a lock that the sealing node waits for.
   * @returns the caller values that were stored
   */
  private async record(manager: EntityManager, note: AuditNote, commits: boolean): Promise<readonly CallerValue[]> {
    const whole = this.contentOf(note);
    const printed = canonicalJson(whole.changes);
    const { content, caller, personal } = withoutPersonal(
      printed.length > MAX_CHANGES ? { ...whole, changes: TRUNCATED } : whole,
      note.owner,
      this.digest,
      this.callers.digest,
    );
    const { at, actor, action, target, address, userAgent, node, requestId, outcome, count, changes } = content;
    const changed = changes === whole.changes ? printed : canonicalJson(changes);
    const who = [actor.kind, actor.id, actor.label];
    const what = [action, target?.kind ?? null, target?.id ?? null, target?.label ?? null];
    const where = [address, userAgent, node, requestId];
    const mac = Buffer.from(macOf(content, this.#key, changed), 'hex');
    const values = [at, ...who, ...what, ...where, outcome, count, changes === null ? null : changed, mac];
    const kept = await this.callers.keep(manager, caller);
    const [statement, parameters] = entryStatement(values, personal);
    await manager.query(commits ? thenCommit(statement) : statement, parameters);
    return kept;
  }

  private contentOf({ action, target, outcome, changes, count, actor, request }: AuditNote): AuditContent {
    const current = currentRequest();
    const from = { ...current, ...request };
    return {
      at: this.clock.date().toISOString(),
      actor: party(actor ?? current?.principal ?? (current ? NOBODY : this.itself)),
      action,
      target: target ? party(target) : null,
      address: storable(from.address, 64),
      userAgent: storable(from.userAgent, 300),
      node: this.identity.name,
      requestId: storable(from.requestId, 64),
      outcome: outcome ?? 'success',
      count: count ?? 1,
      changes: changes ?? null,
    };
  }
}

const whereOf = (which: Which): Row => (typeof which === 'number' ? { id: which } : which);

function idOf(result: unknown): unknown {
  if (typeof result === 'number') return result;
  return typeof result === 'object' && result !== null && 'id' in result ? result.id : undefined;
}

const numberOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined);

const textOf = (value: unknown): string | null =>
  typeof value === 'string' || typeof value === 'number' ? String(value) : null;

const party = ({ kind, id, label }: AuditParty): AuditParty => ({
  kind,
  id: storable(id, 300),
  label: storable(label, 300),
});

const UNSTORABLE = /\u0000|\p{Surrogate}/gu;

/** Text that PostgreSQL can hold: no NUL, no lone surrogates. */
function storable(text: string | null | undefined, max: number): string | null {
  if (text === null || text === undefined || text === '') return null;
  if (text.length <= max && text.search(UNSTORABLE) === -1) return text;
  return Array.from(text.slice(0, 2 * max))
    .slice(0, max)
    .join('')
    .replaceAll(UNSTORABLE, '\ufffd');
}
