import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { decodeIdCursor } from '../../common/http/paging/cursor.js';
import { hasRole } from '../../common/security/role.js';
import { type Actor } from '../auth/principals/machine-key-principal.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { CallLedger } from './call-ledger.service.js';
import { type CallFilter, CallsRepository, type RecordedCall } from './calls.repository.js';
import { topic } from '../realtime/fan-out/topic.js';

/** Topic of a question to all nodes: write down what you know. */
const FLUSH = topic<null, unknown>('calls.flush');
/** Milliseconds; a node that takes longer is read without. */
const PATIENCE_MS = 1_000;

/** What calls there were: who runs the server sees all of them, others their own. What any node reported before is seen. */
@Injectable()
export class Calls {
  constructor(
    private readonly repository: CallsRepository,
    private readonly cluster: ClusterQuery,
    ledger: CallLedger,
  ) {
    cluster.answer(FLUSH, () => ledger.flush());
  }

  /** The newest first; one more than the page asks for, if there are so many. */
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

  /** Each node writes behind what happens on it. */
  private async writeAll(): Promise<void> {
    await this.cluster.ask(FLUSH, null, { timeoutMs: PATIENCE_MS });
  }
}

const visibleTo = (principal: Actor): CallFilter =>
  principal.kind === 'machineKey' || hasRole(principal.role, 'viewer') ? {} : { userId: principal.userId };
