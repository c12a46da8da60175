import { Injectable } from '@nestjs/common';
import { type AuditParty } from '../../../common/audit/audit-record.js';
import { AppError } from '../../../common/errors/app-error.js';
import { Refusals } from '../../audit/refusals.service.js';
import { PasswordPolicy } from './password-policy.service.js';
import { Passwords } from './passwords.service.js';
import { SignInThrottle } from './sign-in-throttle.service.js';

/** Somebody presenting a name and password, and where they come from. */
export interface Claim {
  readonly kind: 'user' | 'device';
  /** Attempts are counted by it. Emails contain an @ and device user names do not, so their counts never mix. */
  readonly name: string;
  readonly password: string;
  readonly address: string;
}

/** Checks whether somebody knows a password. Attempts are throttled, and failures recorded in the audit log. */
@Injectable()
export class PasswordProof {
  constructor(
    readonly policy: PasswordPolicy,
    private readonly throttle: SignInThrottle,
    private readonly passwords: Passwords,
    private readonly refusals: Refusals,
  ) {}

  /**
   * Unknown accounts get the same answer as wrong passwords, after the same time.
   * @returns the account that the password belongs to
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
