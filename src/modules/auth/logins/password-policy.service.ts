import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { AppConfig } from '../../../config/app-config.js';
import { type User } from '../../../entities/accounts/user.entity.js';

/** Whose passwords count, by `PASSWORD_SIGN_IN`. Those of devices always do. */
@Injectable()
export class PasswordPolicy {
  constructor(private readonly config: AppConfig) {}

  allows({ madeAtBoot }: Pick<User, 'madeAtBoot'>): boolean {
    const { passwordSignIn } = this.config;
    return passwordSignIn === 'on' || (passwordSignIn === 'fallback' && madeAtBoot);
  }

  /** Whether the account has a password that counts. */
  signsIn(account: Pick<User, 'madeAtBoot' | 'passwordHash'>): boolean {
    return account.passwordHash !== null && this.allows(account);
  }

  /** @throws AppError `password_sign_in_off` where it does not count */
  require(account: Pick<User, 'madeAtBoot'>): void {
    if (!this.allows(account)) throw off();
  }

  /** @throws AppError `password_sign_in_off` where none counts; thrown before any lookup, so it reveals nothing */
  requireAny(): void {
    if (this.config.passwordSignIn === 'off') throw off();
  }
}

const off = (): AppError =>
  new AppError('password_sign_in_off', 'Password sign-in is off here: sign in at the identity provider.');
