import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { Identity } from '../../../entities/accounts/identity.entity.js';
import { Login } from '../../../entities/accounts/login.entity.js';
import { User } from '../../../entities/accounts/user.entity.js';

/** Held while an account is found or made for somebody new, so that of two tabs one does it. */
const NEWCOMER_LOCK = 0x5b0a_d312;

/** Whom the identity provider knows accounts as. */
@Injectable()
export class IdentitiesRepository {
  constructor(
    @InjectRepository(Identity) private readonly identities: Repository<Identity>,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {}

  /** With its account. */
  async find(issuer: string, subject: string): Promise<Identity | undefined> {
    return (await this.identities.findOne({ where: { issuer, subject }, relations: { user: true } })) ?? undefined;
  }

  /** In a transaction: until it ends, nobody else gets further than this. */
  async lockNewcomers(): Promise<void> {
    await this.identities.query('SELECT pg_advisory_xact_lock($1)', [NEWCOMER_LOCK]);
  }

  /** `email` normalised. */
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
   * Takes an identity from its account, and ends the logins that began with it.
   * @param check of the account, which stays as it is meanwhile; throws where it must keep the identity
   * @returns the logins that ended, `undefined` when the account has no such identity
   */
  remove(userId: number, id: number, check: (user: User) => void): Promise<number[] | undefined> {
    return this.identities.manager.transaction(async (manager) => {
      const user = await manager.findOne(User, { where: { id: userId }, lock: { mode: 'pessimistic_write' } });
      // Locked, so that who is signed in by it at this moment is so before, or not at all.
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
