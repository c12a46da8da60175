import { Injectable } from '@nestjs/common';
import { currentRequest } from '../../../common/context/request-context.js';
import { AppError } from '../../../common/errors/app-error.js';
import { type Role } from '../../../common/security/role.js';
import { type Identity } from '../../../entities/accounts/identity.entity.js';
import { type User } from '../../../entities/accounts/user.entity.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { Logins } from '../../auth/logins/logins.service.js';
import { type ProvenIdentity } from '../../auth/logins/logins.repository.js';
import { Accounts } from '../accounts.service.js';
import { AccountsRepository } from '../accounts.repository.js';
import { IdentitiesRepository } from './identities.repository.js';
import { OidcRefusal } from './oidc-refusal.js';
import { type Person } from './person.js';

interface Found {
  readonly identity: Identity;
  readonly endedLogins: readonly number[];
}

/** Finds out which account, and which role, a person vouched for by the provider has. */
@Injectable()
export class OidcAccounts {
  constructor(
    private readonly identities: IdentitiesRepository,
    private readonly repository: AccountsRepository,
    private readonly accounts: Accounts,
    private readonly logins: Logins,
    private readonly audit: AuditLog,
  ) {}

  /**
   * Finds or creates the account, and updates its role.
   * @param role `undefined` = no access; all logins of the account then end
   * @throws OidcRefusal
   */
  async admit(person: Person, role: Role | undefined): Promise<ProvenIdentity> {
    const known = await this.identities.find(person.issuer, person.subject);
    if (role === undefined) {
      if (known !== undefined) await this.shutOut(known);
      throw new OidcRefusal('no_role', known ? partyOf(known.user) : strangerOf(person));
    }
    const { identity, endedLogins } = known ? { identity: known, endedLogins: [] } : await this.receive(person, role);
    this.logins.close(endedLogins);
    const { id, userId, refusals, user } = identity;
    if (user.disabled) throw new OidcRefusal('account_disabled', partyOf(user));
    actAs(user);
    if (!(await this.setRole(user, role))) throw new OidcRefusal('last_admin', partyOf(user));
    return { userId, identityId: id, refusals };
  }

  /** Receives somebody who has not signed in here before. */
  private receive(person: Person, role: Role): Promise<Found> {
    return this.audit.with(
      async () => {
        await this.identities.lockNewcomers();
        const known = await this.identities.find(person.issuer, person.subject);
        if (known !== undefined) return { identity: known, endedLogins: [] };
        if (person.email === undefined) throw new OidcRefusal('email_missing', strangerOf(person));
        const account = await this.identities.findAccount(person.email);
        const endedLogins = account === undefined ? [] : await this.takeOver(account, person);
        const user = account ?? (await this.make({ ...person, email: person.email }, role));
        const { issuer, subject } = person;
        const identity = await this.audit.act('accounts.link', ['identity'], () =>
          this.identities.insert({ issuer, subject, userId: user.id }),
        );
        return { identity: Object.assign(identity, { user }), endedLogins };
      },
      () => undefined,
    );
  }

  /**
   * Links an existing account. Nobody has verified that whoever created it owns its email, so every other way into it
   * is closed: its password and its logins. Only accounts created by the server itself keep their password.
   * @returns the logins that ended
   */
  private async takeOver(account: User, person: Person): Promise<readonly number[]> {
    const { id, madeAtBoot, passwordHash, disabled } = account;
    if (!person.emailVerified) throw new OidcRefusal('email_unverified', strangerOf(person));
    if (await this.identities.hasIdentity(id)) throw new OidcRefusal('email_taken', strangerOf(person));
    if (disabled) throw new OidcRefusal('account_disabled', partyOf(account));
    if (madeAtBoot || passwordHash === null) return [];
    const none = { passwordHash: null, passwordGenerated: false };
    const ended = await this.audit.act('accounts.remove-password', ['account', id], () =>
      this.repository.setPassword(id, none),
    );
    return ended ?? [];
  }

  private make({ email, firstName, lastName }: Person & { readonly email: string }, role: Role): Promise<User> {
    const account = { email, firstName, lastName, birthday: null, passwordHash: null, role };
    return this.audit.act('accounts.create', ['account'], () => this.repository.insert(account));
  }

  /** Nothing that this person was given before admits anybody any more. */
  private async shutOut({ id, user }: Identity): Promise<void> {
    actAs(user);
    // First, so that somebody just admitted who has no tokens yet gets none.
    await this.identities.countRefusal(id);
    await this.logins.endOf({ kind: 'user', id: user.id }, 'all');
    await this.setRole(user, 'user');
  }

  /** @returns false when the account must remain an admin */
  private async setRole(user: User, role: Role): Promise<boolean> {
    if (user.role === role) return true;
    try {
      await this.accounts.change(user.id, { role });
      return true;
    } catch (error) {
      if (error instanceof AppError && error.code === 'last_admin') return false;
      throw error;
    }
  }
}

/** For the audit log: what follows is done in the name of the person signing in. */
function actAs({ id, email }: User): void {
  const request = currentRequest();
  if (request) request.principal = { kind: 'user', id: String(id), label: email };
}

const partyOf = ({ id, email }: User) => ({ id: String(id), label: email });

const strangerOf = ({ email, subject }: Person) => ({ id: null, label: email ?? subject });
