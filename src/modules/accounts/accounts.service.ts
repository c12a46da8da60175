import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { addressKey } from '../../common/http/policy/client-address.js';
import { type Page, pageById } from '../../common/http/paging/cursor.js';
import { type SearchQuery } from '../../common/http/paging/page.dto.js';
import { normalizeEmail } from '../../common/security/email.js';
import { randomToken } from '../../common/security/random.js';
import { AppConfig } from '../../config/app-config.js';
import { type User } from '../../entities/accounts/user.entity.js';
import { AuditLog } from '../audit/audit-log.service.js';
import { Logins } from '../auth/logins/logins.service.js';
import { PasswordPolicy } from '../auth/logins/password-policy.service.js';
import { Passwords } from '../auth/logins/passwords.service.js';
import { type Actor } from '../auth/principals/machine-key-principal.js';
import { type UserPrincipal } from '../auth/principals/user-principal.js';
import { type RateLimit, RateLimiter } from '../realtime/ports/rate-limiter.js';
import { AccountEndings } from './account-endings.js';
import { type AccountChanges, AccountsRepository } from './accounts.repository.js';

export interface Registration {
  readonly email: string;
  readonly password: string;
  readonly firstName: string;
  readonly lastName: string;
  readonly birthday?: string | null;
}

/** Accounts that one address may create: a whole class of pupils at once, then one at a time. */
const REGISTRATIONS: RateLimit = { rate: 1, burst: 200 };

/** Creates, changes and removes people's accounts. Whatever ends an account's rights also ends its logins. */
@Injectable()
export class Accounts {
  constructor(
    private readonly repository: AccountsRepository,
    private readonly audit: AuditLog,
    private readonly endings: AccountEndings,
    private readonly passwords: Passwords,
    private readonly policy: PasswordPolicy,
    private readonly logins: Logins,
    private readonly limiter: RateLimiter,
    private readonly config: AppConfig,
  ) {}

  /**
   * @param address the client's
   * @throws AppError `unauthenticated` or `registration_closed`, `rate_limited`, `already_exists`
   */
  async create(actor: Actor | undefined, registration: Registration, address: string): Promise<User> {
    // Where passwords do not count, a registered account would only keep its email from the real owner.
    if (this.config.accounts.registration === 'closed' || this.config.passwordSignIn !== 'on') {
      if (!actor) throw new AppError('unauthenticated', "Registration is closed; an admin's access token is needed.");
      if (actor.kind === 'user' && actor.role !== 'admin')
        throw new AppError('registration_closed', 'Registration is closed.');
    }
    if (!actor) await this.countRegistration(address);
    const { email, password, firstName, lastName, birthday = null } = registration;
    const passwordHash = await this.passwords.hash(password);
    const account = { email: normalizeEmail(email), passwordHash, firstName, lastName, birthday };
    return this.audit.act('accounts.create', ['account'], () => this.repository.insert({ ...account, role: 'user' }));
  }

  /** @throws AppError `not_found` */
  async get(id: number): Promise<User> {
    return (await this.repository.find(id)) ?? absent();
  }

  /** Ascending by id. */
  async list(query: SearchQuery): Promise<Page<User>> {
    return pageById(query, (afterId, take) => this.repository.list(query.q, afterId, take));
  }

  /** Members that are `undefined` stay as they are. @throws AppError `not_found`, `last_admin` */
  async change(id: number, changes: { [K in keyof AccountChanges]: AccountChanges[K] | undefined }): Promise<User> {
    const given = Object.fromEntries(Object.entries(changes).filter(([, value]) => value !== undefined));
    const changed = await this.audit.act('accounts.update', ['account', id], () =>
      this.repository.change(id, given, (manager, userId) => this.endings.run('disabled', manager, userId)),
    );
    const { user, endedLogins, announce } = changed ?? absent();
    announce();
    this.logins.close(endedLogins);
    if (changes.role !== undefined) this.logins.roleChanged(id, user.role);
    return user;
  }

  /** @throws AppError `not_found`, `last_admin` */
  async remove(id: number): Promise<void> {
    const removed = await this.audit.remove('accounts.delete', ['account', id], () =>
      this.repository.remove(id, (manager, userId) => this.endings.run('removed', manager, userId)),
    );
    const { endedLogins, announce } = removed ?? absent();
    announce();
    this.logins.close(endedLogins);
  }

  /**
   * Changes the caller's own password and ends all other logins.
   * @param address the client's
   * @throws AppError `invalid_credentials` when `current` is wrong, `no_password`, `password_sign_in_off`,
   * `rate_limited`
   */
  async changePassword(principal: UserPrincipal, current: string, next: string, address: string): Promise<void> {
    const account = await this.get(principal.userId);
    this.policy.require(account);
    if (account.passwordHash === null)
      throw new AppError('no_password', 'You sign in at the identity provider. An admin can give you a password.');
    await this.logins.confirm(principal, current, address);
    const password = { passwordHash: await this.passwords.hash(next), passwordGenerated: false };
    const { userId, loginId } = principal;
    const ended = await this.audit.act('accounts.change-password', ['account', userId], () =>
      this.repository.setPassword(userId, password, loginId),
    );
    this.logins.close(ended ?? absent());
  }

  /**
   * Sets a random password and ends all logins.
   * @returns the new password, which cannot be shown again
   * @throws AppError `not_found`, `password_sign_in_off` where it would be useless
   */
  async resetPassword(id: number): Promise<string> {
    this.policy.require(await this.get(id));
    const password = randomToken(12);
    const passwordHash = await this.passwords.hash(password);
    const set = () => this.repository.setPassword(id, { passwordHash, passwordGenerated: true });
    this.logins.close((await this.audit.act('accounts.reset-password', ['account', id], set)) ?? absent());
    return password;
  }

  private async countRegistration(address: string): Promise<void> {
    const waitMs = await this.limiter.take(`registration:${addressKey(address)}`, REGISTRATIONS);
    if (waitMs === 0) return;
    const retryAfterSeconds = Math.ceil(waitMs / 1_000);
    throw new AppError('rate_limited', 'Too many accounts were made from here.', { retryAfterSeconds });
  }
}

function absent(): never {
  throw new AppError('not_found', 'There is no such account.');
}
