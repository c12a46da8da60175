import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThanOrEqual, Repository } from 'typeorm';
import { Login } from '../../entities/accounts/login.entity.js';
import { User } from '../../entities/accounts/user.entity.js';

export interface NewLogin {
  readonly handleDigest: Buffer;
  readonly secretDigest: Buffer;
  readonly expiresAt: Date;
}

/** Logins, and of accounts what signing in needs. */
@Injectable()
export class LoginsRepository {
  constructor(
    @InjectRepository(Login) private readonly logins: Repository<Login>,
    @InjectRepository(User) private readonly users: Repository<User>,
  ) {}

  /** The account of a login that is alive, if it is `userId` and enabled. One statement: it runs for every request. */
  async findAccount(
    loginId: number,
    userId: number,
    now: Date,
  ): Promise<Pick<User, 'id' | 'email' | 'role'> | undefined> {
    const rows: Pick<User, 'id' | 'email' | 'role'>[] = await this.logins.query(
      `SELECT u."id", u."email", u."role" FROM "logins" l JOIN "users" u ON u."id" = l."user_id"
       WHERE l."id" = $1 AND u."id" = $2 AND l."expires_at" > $3 AND NOT u."disabled"`,
      [loginId, userId, now],
    );
    return rows[0];
  }

  /** `email` normalised. */
  async findUserByEmail(email: string): Promise<User | undefined> {
    return (await this.users.findOneBy({ email })) ?? undefined;
  }

  async findUser(id: number): Promise<User | undefined> {
    return (await this.users.findOneBy({ id })) ?? undefined;
  }

  async findByHandle(handleDigest: Buffer): Promise<Login | undefined> {
    const query = this.logins.createQueryBuilder('login').innerJoinAndSelect('login.user', 'user');
    return (await query.where({ handleDigest }).getOne()) ?? undefined;
  }

  /**
   * Begins a login, unless the account has been disabled or given another password since it was read.
   * @returns its id
   */
  async create(user: User, login: NewLogin): Promise<number | undefined> {
    // The share lock makes this and a password change happen one after the other: a login with the old password is
    // either refused here or ended there.
    const rows: { id: number }[] = await this.logins.query(
      `INSERT INTO "logins" ("user_id", "handle_digest", "secret_digest", "expires_at")
       SELECT "id", $3, $4, $5 FROM "users" WHERE "id" = $1 AND "password_hash" = $2 AND NOT "disabled" FOR SHARE
       RETURNING "id"`,
      [user.id, user.passwordHash, login.handleDigest, login.secretDigest, login.expiresAt],
    );
    return rows[0]?.id;
  }

  /** Puts a new secret in the place of the old one. @returns false when the old one is not there any more */
  async rotate(id: number, oldDigest: Buffer, newDigest: Buffer, expiresAt: Date): Promise<boolean> {
    const result = await this.logins.update({ id, secretDigest: oldDigest }, { secretDigest: newDigest, expiresAt });
    return result.affected === 1;
  }

  /** @returns whether there was such a login */
  async end(id: number): Promise<boolean> {
    return (await this.logins.delete({ id })).affected === 1;
  }

  /** Ends the oldest logins of an account beyond `keep`. @returns their ids */
  async endBeyond(userId: number, keep: number): Promise<number[]> {
    const result = await this.logins
      .createQueryBuilder()
      .delete()
      .where('id IN (SELECT "id" FROM "logins" WHERE "user_id" = :userId ORDER BY "id" DESC OFFSET :keep)', {
        userId,
        keep,
      })
      .returning('id')
      .execute();
    return ids(result.raw);
  }

  /** Ends what has expired. @returns their ids */
  async endExpired(now: Date): Promise<number[]> {
    const result = await this.logins
      .createQueryBuilder()
      .delete()
      .where({ expiresAt: LessThanOrEqual(now) })
      .returning('id')
      .execute();
    return ids(result.raw);
  }
}

const ids = (rows: unknown): number[] => (rows as { id: number }[]).map(({ id }) => id);
