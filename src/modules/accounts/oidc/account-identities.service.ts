import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { type Page, pageById } from '../../../common/http/paging/cursor.js';
import { type PageQuery } from '../../../common/http/paging/page.dto.js';
import { type Identity } from '../../../entities/accounts/identity.entity.js';
import { type User } from '../../../entities/accounts/user.entity.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { Logins } from '../../auth/logins/logins.service.js';
import { PasswordPolicy } from '../../auth/logins/password-policy.service.js';
import { IdentitiesRepository } from './identities.repository.js';

/** Under which identities providers know accounts. */
@Injectable()
export class AccountIdentities {
  constructor(
    private readonly repository: IdentitiesRepository,
    private readonly policy: PasswordPolicy,
    private readonly logins: Logins,
    private readonly audit: AuditLog,
  ) {}

  /** Ascending by id. */
  async list(userId: number, query: PageQuery): Promise<Page<Identity>> {
    return pageById(query, (afterId, take) => this.repository.list(userId, afterId, take));
  }

  /**
   * Removes an identity and ends the logins that began with it. At the next sign-in, its owner counts as a newcomer.
   * @param isOwn whether the account itself asks; it must not lock itself out
   * @throws AppError `not_found`, `last_sign_in`
   */
  async unlink(userId: number, id: number, isOwn: boolean): Promise<void> {
    const check = (user: User) => {
      if (isOwn && !this.policy.signsIn(user))
        throw new AppError('last_sign_in', 'This is your only way to sign in. An admin can unlink it.');
    };
    const ended = await this.audit.remove('accounts.unlink', ['identity', { id, userId }], () =>
      this.repository.remove(userId, id, check),
    );
    if (ended === undefined) throw new AppError('not_found', 'The account has no such identity.');
    this.logins.close(ended);
  }
}
