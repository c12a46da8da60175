import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { type EntityManager, Repository } from 'typeorm';
import { wordPatterns } from '../../common/database/search.js';
import { AppError } from '../../common/errors/app-error.js';
import { violatesConstraint } from '../../common/errors/constraint-violation.js';
import { type Role } from '../../common/security/role.js';
import { Identity } from '../../entities/accounts/identity.entity.js';
import { Login } from '../../entities/accounts/login.entity.js';
import { MachineKey } from '../../entities/accounts/machine-key.entity.js';
import { User } from '../../entities/accounts/user.entity.js';
import { removeTraces } from './account-references.js';
import { type AccountEnding } from './account-endings.js';

export interface NewAccount {
  /** In normalized form. */
  readonly email: string;
  /** `null` = signs in through an identity provider. */
  readonly passwordHash: string | null;
  readonly passwordGenerated?: boolean;
  readonly madeAtBoot?: boolean;
  readonly firstName: string;
  readonly lastName: string;
  readonly birthday: string | null;
  readonly role: Role;
}

export interface AccountChanges {
  readonly firstName?: string;
  readonly lastName?: string;
  readonly birthday?: string | null;
  readonly role?: Role;
  readonly disabled?: boolean;
}

/** `passwordGenerated` is left unchanged when absent. */
export interface NewPassword {
  /** `null` = no password. */
  readonly passwordHash: string | null;
  readonly passwordGenerated?: boolean;
}

/** The result of a change: the account as it is now, and the logins that ended with it. */
export interface Changed {
  readonly user: User;
  readonly endedLogins: readonly number[];
  /** Call it once the change is committed. */
  readonly announce: () => void;
}

/** Held while the first admin is created, so that only one of several nodes booting together creates it. */
const FIRST_ADMIN_LOCK = 0x5b0a_d311;

@Injectable()
export class AccountsRepository {
  constructor(@InjectRepository(User) private readonly users: Repository<User>) {}

  /** @throws AppError `already_exists` */
  async insert(account: NewAccount): Promise<User> {
    try {
      return await this.users.save(this.users.create(account));
    } catch (error) {
      if (!violatesConstraint(error, 'users_email_key')) throw error;
      throw new AppError('already_exists', 'There is an account with this email already.');
    }
  }

  async find(id: number): Promise<User | undefined> {
    return (await this.users.findOneBy({ id })) ?? undefined;
  }

  /** @param q words that must all occur in the email and names */
  list(q: string | undefined, afterId: number, take: number): Promise<User[]> {
    const query = this.users.createQueryBuilder('u').where('u.id > :afterId', { afterId }).orderBy('u.id').limit(take);
    for (const [i, pattern] of wordPatterns(q ?? '').entries()) {
      // The indexed expression.
      query.andWhere(`(u.email || ' ' || u.first_name || ' ' || u.last_name) ILIKE :q${i}`, { [`q${i}`]: pattern });
    }
    return query.getMany();
  }

  /**
   * @param disabling what features do in the same transaction when the account is disabled
   * @returns `undefined` when there is no such account
   * @throws AppError `last_admin`
   */
  change(id: number, changes: AccountChanges, disabling: AccountEnding): Promise<Changed | undefined> {
    return this.users.manager.transaction(async (manager) => {
      const losesAdmin = (changes.role ?? 'admin') !== 'admin' || changes.disabled === true;
      const user = losesAdmin ? await lockKeepingAnAdmin(manager, id) : await lock(manager, id);
      if (user === undefined) return undefined;
      if (Object.keys(changes).length > 0) await manager.update(User, { id }, changes);
      // It created these as an admin.
      if (losesAdmin) await manager.delete(MachineKey, { madeBy: id });
      const isEnded = changes.disabled === true;
      const announce = isEnded ? await disabling(manager, id) : () => undefined;
      const endedLogins = isEnded ? await endLogins(manager, id) : [];
      return { user: await manager.findOneByOrFail(User, { id }), endedLogins, announce };
    });
  }

  /**
   * @param before what features do with the account in the same transaction
   * @returns the logins that ended and what to do now; `undefined` when there is no such account
   * @throws AppError `last_admin`
   */
  remove(
    id: number,
    before: AccountEnding,
  ): Promise<{ readonly endedLogins: readonly number[]; readonly announce: () => void } | undefined> {
    return this.users.manager.transaction(async (manager) => {
      if ((await lockKeepingAnAdmin(manager, id)) === undefined) return undefined;
      const announce = await before(manager, id);
      await removeTraces(manager, id);
      const endedLogins = await endLogins(manager, id);
      await manager.delete(User, { id });
      return { endedLogins, announce };
    });
  }

  /**
   * Sets another password and ends all logins except `keptLogin`.
   * @returns the logins that ended; `undefined` when there is no such account
   */
  setPassword(id: number, password: NewPassword, keptLogin?: number): Promise<number[] | undefined> {
    return this.users.manager.transaction(async (manager) => {
      const { affected } = await manager.update(User, { id }, password);
      return affected === 1 ? endLogins(manager, id, keptLogin) : undefined;
    });
  }

  /**
   * Makes `account` an admin if there is none. An existing account with that email is taken over, with a new password
   * and without its identities. `account` is only called when needed, on one node at a time.
   * @returns its id and the logins that ended; `undefined` when there already is an admin
   */
  insertFirstAdmin(
    account: () => Promise<NewAccount>,
  ): Promise<{ readonly id: number; readonly endedLogins: readonly number[] } | undefined> {
    return this.users.manager.transaction(async (manager) => {
      await manager.query('SELECT pg_advisory_xact_lock($1)', [FIRST_ADMIN_LOCK]);
      if (await manager.existsBy(User, { role: 'admin', disabled: false })) return undefined;
      const admin = await account();
      const taken = await manager.findOneBy(User, { email: admin.email });
      if (taken) {
        // Before anything else, while they can still be listed.
        const endedLogins = await endLogins(manager, taken.id);
        await manager.delete(Identity, { userId: taken.id });
        await manager.update(User, { id: taken.id }, { passwordGenerated: false, ...admin, disabled: false });
        return { id: taken.id, endedLogins };
      }
      return { id: (await manager.save(User, manager.create(User, admin))).id, endedLogins: [] };
    });
  }
}

async function lock(manager: EntityManager, id: number): Promise<User | undefined> {
  return (await manager.findOne(User, { where: { id }, lock: { mode: 'pessimistic_write' } })) ?? undefined;
}

/**
 * Locks the account and all enabled admins, in a fixed order, so that one admin remains when several demote each other
 * at the same time.
 */
async function lockKeepingAnAdmin(manager: EntityManager, id: number): Promise<User | undefined> {
  const locked = await manager.find(User, {
    where: [{ id }, { role: 'admin', disabled: false }],
    order: { id: 'ASC' },
    lock: { mode: 'pessimistic_write' },
  });
  const user = locked.find((each) => each.id === id);
  const admins = locked.filter(({ role, disabled }) => role === 'admin' && !disabled);
  if (admins.length === 1 && admins[0]?.id === id) {
    throw new AppError('last_admin', 'This is the last enabled admin; make another one first.');
  }
  return user;
}

async function endLogins(manager: EntityManager, userId: number, kept = 0): Promise<number[]> {
  const result = await manager
    .createQueryBuilder()
    .delete()
    .from(Login)
    .where('"user_id" = :userId AND "id" <> :kept', { userId, kept })
    .returning('id')
    .execute();
  return (result.raw as { id: number }[]).map(({ id }) => id);
}
