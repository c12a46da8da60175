import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { keyset } from '../../common/http/cursor.js';
import { type UserPrincipal } from '../auth/user-principal.js';
import { CallLedger } from './call-ledger.service.js';
import { type CallFilter, CallsRepository, type RecordedCall } from './calls.repository.js';

/** What calls there were: admins see all of them, users their own. */
@Injectable()
export class Calls {
  constructor(
    private readonly repository: CallsRepository,
    private readonly ledger: CallLedger,
  ) {}

  /** One more than the page asks for, if there are so many. */
  async page(
    principal: UserPrincipal,
    query: CallFilter & { readonly limit: number; readonly cursor?: string | undefined },
  ): Promise<RecordedCall[]> {
    await this.ledger.flush();
    const { afterId, take } = keyset(query);
    return this.repository.page({ ...query, ...visibleTo(principal) }, afterId, take);
  }

  /** @throws AppError `not_found` */
  async get(principal: UserPrincipal, id: number): Promise<RecordedCall> {
    await this.ledger.flush();
    const call = await this.repository.find(id, visibleTo(principal));
    if (call === undefined) throw new AppError('not_found', 'There is no such call.');
    return call;
  }
}

const visibleTo = ({ role, userId }: UserPrincipal): CallFilter => (role === 'admin' ? {} : { userId });
