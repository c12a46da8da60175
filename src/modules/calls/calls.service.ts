import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { decodeIdCursor } from '../../common/http/paging/cursor.js';
import { hasRole } from '../../common/security/role.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { accountOf, type Actor, nameOf } from '../auth/principals/machine-key-principal.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { CallEndings, type EndingCall } from './call-endings.service.js';
import { CallLedger } from './call-ledger.service.js';
import { type CallFilter, CallsRepository, type RecordedCall } from './calls.repository.js';
import { topic } from '../realtime/fan-out/topic.js';

/** Asks all nodes to write their reports now. */
const FLUSH = topic<null, unknown>('calls.flush');
/** Milliseconds; reports of slower nodes may be missing. */
const PATIENCE_MS = 1_000;

/**
 * Recorded calls: operators of the server see all of them, others their own. Includes everything that nodes reported
 * before.
 */
@Injectable()
export class Calls {
  private readonly logger = new Logger(Calls.name);

  constructor(
    private readonly repository: CallsRepository,
    private readonly cluster: ClusterQuery,
    private readonly ledger: CallLedger,
    private readonly endings: CallEndings,
    private readonly audit: AuditLog,
  ) {
    cluster.answer(FLUSH, () => ledger.flush());
  }

  /** The newest first; one more than the page's limit, if there are that many. */
  async page(
    principal: Actor,
    query: CallFilter & { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<RecordedCall[]> {
    await this.writeAll();
    const beforeId = query.cursor === undefined ? undefined : decodeIdCursor(query.cursor);
    return this.repository.page({ ...query, ...visibleTo(principal) }, beforeId, query.limit + 1);
  }

  /** @throws AppError `not_found` */
  async get(principal: Actor, id: number): Promise<RecordedCall> {
    await this.writeAll();
    const call = await this.repository.find(id, visibleTo(principal));
    if (call === undefined) throw new AppError('not_found', 'There is no such call.');
    return call;
  }

  /**
   * Ends a call for everybody in it, on whichever node; the ledger then names `by`.
   * @throws AppError `not_found`, `conflict` when it has already ended, `broker_unavailable`
   */
  async end(id: number, actor: Actor): Promise<void> {
    await this.writeAll();
    const found = await this.repository.find(id, {});
    if (found === undefined) throw new AppError('not_found', 'There is no such call.');
    const { key, protocol, wireId, answeredAt, endedAt } = found.call;
    if (endedAt !== null) throw new AppError('conflict', 'The call has ended.');
    const account = accountOf(actor);
    const by = account === null ? nameOf(actor) : `account:${account}`;
    const ending: EndingCall = {
      call: { key, protocol, ...(wireId !== null && { wireId }) },
      outcome: answeredAt === null ? 'cancelled' : 'completed',
      by,
      sids: found.participants.map(({ sid }) => sid),
    };
    const target = { kind: 'call', id: String(id), label: key };
    await this.audit.around({ action: 'calls.end', target }, () => this.endings.end(ending));
    this.logger.log({ msg: 'call ended by an admin', call: id, by });
    // There may be no node left that knew of it.
    this.ledger.ended(ending.call, ending.outcome, ending.by);
    await this.ledger.flush();
  }

  /** Nodes write their reports with a delay. */
  private async writeAll(): Promise<void> {
    await this.cluster.ask(FLUSH, null, { timeoutMs: PATIENCE_MS });
  }
}

const visibleTo = (principal: Actor): CallFilter =>
  principal.kind === 'machineKey' || hasRole(principal.role, 'viewer') ? {} : { userId: principal.userId };
