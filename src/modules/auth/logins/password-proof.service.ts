import { Injectable } from '@nestjs/common';
import { type AuditParty } from '../../../common/audit/audit-record.js';
import { AppError } from '../../../common/errors/app-error.js';
import { Refusals } from '../../audit/refusals.service.js';
import { PasswordPolicy } from './password-policy.service.js';
import { Passwords } from './passwords.service.js';
import { SignInThrottle } from './sign-in-throttle.service.js';

/** Who says what they know, and from where. */
export interface Claim {
  readonly kind: 'user' | 'device';
  /** What tries are counted by. Emails have an @, user names of devices have none: the two never share a count. */
  readonly name: string;
  readonly password: string;
  readonly address: string;
}

/** Whether somebody knows a password. Tries are slowed, and wrong ones are in the audit log. */
@Injectable()
export class PasswordProof {
  constructor(
    readonly policy: PasswordPolicy,
    private readonly throttle: SignInThrottle,
    private readonly passwords: Passwords,
    private readonly refusals: Refusals,
  ) {}

  /**
   * Unknown accounts are answered like wrong passwords, in the same time.
   * @returns the account it is the password of
   * @throws AppError `invalid_credentials` with `detail`, `rate_limited`
   */
  async demand<T extends { readonly id: number; readonly passwordHash: string | null }>(
    { kind, name, password, address }: Claim,
    find: () => Promise<T | undefined>,
    detail = WRONG,
  ): Promise<T> {
    const attempt = await this.throttle.attempt(name, address);
    const account = await find();
    const isRight = await this.passwords.verify(password, account?.passwordHash ?? undefined, address, attempt);
    if (!isRight || account === undefined) {
      const id = account === undefined ? null : String(account.id);
      this.failed({ kind: kind === 'user' ? 'account' : kind, id, label: name });
      throw new AppError('invalid_credentials', detail);
    }
    await attempt.succeeded();
    return account;
  }

  failed(target: AuditParty): void {
    this.refusals.count({ action: 'auth.login', target, outcome: 'failure' });
  }
}

export const WRONG = 'The email or the password is wrong.';
