import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { Identity } from '../../../entities/accounts/identity.entity.js';
import { Login } from '../../../entities/accounts/login.entity.js';
import { User } from '../../../entities/accounts/user.entity.js';

/** Held while a newcomer's account is found or created, so that only one of two tabs does it. */
const NEWCOMER_LOCK = 0x5b0a_d312;

/** Under which identities the provider knows accounts. */
@Injectable()
export class IdentitiesRepository {
  constructor(
    @InjectRepository(Identity) private readonly identities: Repository<Identity>,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {}

  /** Includes its account. */
  async find(issuer: string, subject: string): Promise<Identity | undefined> {
    return (await this.identities.findOne({ where: { issuer, subject }, relations: { user: true } })) ?? undefined;
  }

  /** Call in a transaction; until it ends, nobody else gets past this. */
  async lockNewcomers(): Promise<void> {
    await this.identities.query('SELECT pg_advisory_xact_lock($1)', [NEWCOMER_LOCK]);
  }

  /** @param email in normalized form */
  async findAccount(email: string): Promise<User | undefined> {
    return (await this.users.findOneBy({ email })) ?? undefined;
  }

  hasIdentity(userId: number): Promise<boolean> {
    return this.identities.existsBy({ userId });
  }

  insert(identity: Pick<Identity, 'issuer' | 'subject' | 'userId'>): Promise<Identity> {
    return this.identities.save(this.identities.create(identity));
  }

  /** Ascending by id. */
  list(userId: number, afterId: number, take: number): Promise<Identity[]> {
    return this.identities.find({ where: { userId, id: MoreThan(afterId) }, order: { id: 'ASC' }, take });
  }

  /**
   * Removes an identity from its account and ends the logins that began with it.
   * @param check called with the locked account; throws if it must keep the identity
   * @returns the logins that ended; `undefined` when the account has no such identity
   */
  remove(userId: number, id: number, check: (user: User) => void): Promise<number[] | undefined> {
    return this.identities.manager.transaction(async (manager) => {
      const user = await manager.findOne(User, { where: { id: userId }, lock: { mode: 'pessimistic_write' } });
      // Locked, so that a sign-in happening right now either completes first or fails.
      const identity = await manager.findOne(Identity, { where: { id, userId }, lock: { mode: 'pessimistic_write' } });
      if (user === null || identity === null) return undefined;
      check(user);
      const logins = await manager.find(Login, { select: { id: true }, where: { identityId: id } });
      await manager.remove(identity);
      return logins.map((login) => login.id);
    });
  }

  async countRefusal(id: number): Promise<void> {
    await this.identities.increment({ id }, 'refusals', 1);
  }
}
