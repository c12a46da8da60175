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
import { currentRequest, type RequestContext } from '../../common/context/request-context.js';
import { prepared } from '../../common/database/prepared.js';
import { Clock } from '../../common/time/clock.js';
import { KeyRing } from '../../config/key-ring.js';
import { type AuditEntry } from '../../entities/audit/audit-entry.entity.js';
import { type AuditPersonal } from '../../entities/audit/audit-personal.entity.js';
import { inSharedTransaction } from '../database/shared-transaction.js';
import { NodeIdentity } from '../realtime/node-identity.js';
import { STORED_TARGETS, type StoredKind, type StoredTarget } from './audit-targets.js';
import { AUDIT_KEY, SECRETS_KEY, WRITERS_LOCK } from './audit-keys.js';
import { recordOf } from './audit-records.js';
import { bounded, changesOf } from './changes.js';
import { withoutPersonal, withPersonal } from './personal.js';
import { type Row, storedRow } from './stored-row.js';

/** What is to be written down; who, from where and when follow from the request. */
export interface AuditNote {
  /** `<what it is done to>.<what is done>`, e.g. `services.update`. */
  readonly action: string;
  readonly target?: AuditParty | null;
  readonly outcome?: AuditOutcome;
  readonly changes?: Json;
  readonly count?: number;
  /** Where it is not who asks. */
  readonly actor?: AuditParty;
  /** The account that the target tells of, where it is none itself. */
  readonly owner?: number | undefined;
  /** Where it is not the request at hand. */
  readonly request?: Partial<Pick<RequestContext, 'address' | 'userAgent' | 'requestId'>> | undefined;
}

/** Which row of a kind: its id, or the columns it is found by; absent for one that is being made. */
type Which = number | Row;

const SYSTEM: AuditParty = { kind: 'system', id: null, label: null };
const NOBODY: AuditParty = { kind: 'anonymous', id: null, label: null };

// The lock comes before the id: whoever has all locks has all ids up to the last.
const INSERT = `
  INSERT INTO "audit_entries" ("at", "actor_kind", "actor_id", "actor_label", "action", "target_kind", "target_id",
    "target_label", "address", "user_agent", "node", "request_id", "outcome", "count", "changes", "mac")
  SELECT $1::timestamptz, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14::integer, $15, $16::bytea FROM "turn"`;
const TURN = `WITH "turn" AS MATERIALIZED (SELECT pg_advisory_xact_lock_shared(${WRITERS_LOCK}))`;
// Of an account that the same transaction removes nothing is kept.
const INSERT_PERSONAL = `
  INSERT INTO "audit_personal" ("entry_id", "user_id", "actor_label", "target_label", "address", "user_agent", "changes")
  SELECT "entry"."id", "p".* FROM "entry", json_to_recordset($17::json) AS "p" ("userId" integer, "actorLabel" text,
    "targetLabel" text, "address" text, "userAgent" text, "changes" text)
  WHERE EXISTS (SELECT FROM "users" WHERE "id" = "p"."userId")`;
const ENTRY = prepared(`${TURN} ${INSERT}`);
const ENTRY_OF_PEOPLE = prepared(`${TURN}, "entry" AS (${INSERT} RETURNING "id") ${INSERT_PERSONAL}`);

/** Writes down who did what. An act and its entry are one transaction: there is never one without the other. */
@Injectable()
export class AuditLog {
  /** Who acts where no request does. */
  protected readonly itself: AuditParty = SYSTEM;
  readonly #key: Buffer;
  readonly #secretsKey: Buffer;

  constructor(
    @Inject(DataSource) private readonly dataSource: DataSource,
    private readonly identity: NodeIdentity,
    private readonly clock: Clock,
    keys: KeyRing,
  ) {
    this.#key = keys.derive(AUDIT_KEY);
    this.#secretsKey = keys.derive(SECRETS_KEY);
  }

  /**
   * Does something to a row, and writes down what changed. Whatever `work` asks repositories for is in one transaction
   * with the entry, and committed when this resolves; what is to be announced comes after.
   * @param which the row; absent when `work` makes it, and answers it or something with its `id`
   * @param work when it answers `undefined` or `false`, there was nothing to do it to, and nothing is written
   */
  act<T>(action: string, [kind, which]: readonly [StoredKind, Which?], work: () => Promise<T>): Promise<T> {
    return inSharedTransaction(this.dataSource, async (manager) => {
      const { entity, label, id = 'id', owner }: StoredTarget = STORED_TARGETS[kind];
      const find = (where: Row) => storedRow(manager, entity, where);
      const before = which === undefined ? null : await find(typeof which === 'number' ? { id: which } : which);
      const result = await work();
      if (result === undefined || result === false) return result;
      const rowId = before?.['id'] ?? idOf(result);
      const after = rowId === undefined ? null : await find({ id: rowId });
      const row = after ?? before;
      const text = (member: string): string | null => textOf(row?.[member]);
      await this.record(manager, {
        action,
        target: { kind, id: text(id), label: text(label) },
        changes: changesOf(before, after, this.digest),
        owner: row && owner ? numberOf(owner(row)) : undefined,
      });
      return result;
    });
  }

  /**
   * Does something that is not in the database, e.g. closes a connection, and writes it down. The entry comes first, so
   * that what cannot be written down is not done; when `work` fails it goes again.
   */
  around<T>(note: AuditNote, work: () => Promise<T>): Promise<T> {
    return this.dataSource.transaction(async (manager) => {
      await this.record(manager, note);
      return work();
    });
  }

  /** As `act`, for what is no row. @param noteOf says what it did; `undefined`: nothing */
  with<T>(work: (manager: EntityManager) => Promise<T>, noteOf: (result: T) => AuditNote | undefined): Promise<T> {
    return inSharedTransaction(this.dataSource, async (manager) => {
      const result = await work(manager);
      const note = noteOf(result);
      if (note) await this.record(manager, note);
      return result;
    });
  }

  /** What an entry shows of what it must not say: that two are the same can be seen, what they are cannot. */
  readonly digest = (text: string): string => `hmac:${hmac(this.#secretsKey, text).slice(0, 32)}`;

  /** What the log says, with what is kept of people beside it. */
  shown(entries: readonly AuditEntry[], personal: ReadonlyMap<number, AuditPersonal[]>): AuditRecord[] {
    return entries.map((entry) => withPersonal(recordOf(entry), personal.get(entry.id) ?? [], this.digest));
  }

  /** Writes an entry by itself. */
  note(note: AuditNote): Promise<void> {
    return this.record(this.dataSource.manager, note);
  }

  /** The last statement of a transaction: it holds a lock that the sealing node waits for. */
  async record(manager: EntityManager, note: AuditNote): Promise<void> {
    const { content, personal } = withoutPersonal(this.contentOf(note), note.owner, this.digest);
    const { at, actor, action, target, address, userAgent, node, requestId, outcome, count, changes } = content;
    const changed = changes === null ? null : canonicalJson(changes);
    const who = [actor.kind, actor.id, actor.label];
    const what = [action, target?.kind ?? null, target?.id ?? null, target?.label ?? null];
    const where = [address, userAgent, node, requestId];
    const mac = Buffer.from(macOf(content, this.#key), 'hex');
    const values = [at, ...who, ...what, ...where, outcome, count, changed, mac];
    if (personal.length === 0) await manager.query(ENTRY, values);
    else {
      await manager.query(ENTRY_OF_PEOPLE, [...values, JSON.stringify(personal)]);
    }
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
      // As it is read back.
      changes: changes === undefined ? null : bounded(JSON.parse(JSON.stringify(changes)) as Json),
    };
  }
}

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

/** As PostgreSQL holds it: no NUL, no half characters. */
function storable(text: string | null | undefined, max: number): string | null {
  if (text === null || text === undefined || text === '') return null;
  return Array.from(text.slice(0, 2 * max))
    .slice(0, max)
    .join('')
    .replace(/\u0000|\p{Surrogate}/gu, '\ufffd');
}
