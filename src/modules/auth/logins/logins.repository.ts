import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { LessThanOrEqual, MoreThan, Repository } from 'typeorm';
import { prepared } from '../../../common/database/prepared.js';
import { Login } from '../../../entities/accounts/login.entity.js';
import { User } from '../../../entities/accounts/user.entity.js';
import { Device } from '../../../entities/circles/device.entity.js';
import { type LoginAccount } from './login-events.js';

/** Records that tokens of a login were issued. */
export type LoginUse = Pick<Login, 'expiresAt' | 'lastUsedAt' | 'address' | 'userAgent'>;

export type NewLogin = LoginUse & Pick<Login, 'handleDigest' | 'secretDigest'>;

/** A person vouched for by an identity provider, with the identity's number of refusals at that time. */
export interface ProvenIdentity {
  readonly userId: number;
  readonly identityId: number;
  readonly refusals: number;
}

interface OfLogin {
  readonly loginId: number;
  readonly expiresAt: Date;
}
/** The enabled account of a login. */
export type LoginUser = OfLogin & Pick<User, 'id' | 'email' | 'role'>;
export type LoginDevice = OfLogin & Pick<Device, 'id' | 'username' | 'circleId'>;

/** Logins, and of accounts what signing in needs. */
@Injectable()
export class LoginsRepository {
  constructor(
    @InjectRepository(Login) private readonly logins: Repository<Login>,
    @InjectRepository(User) private readonly users: Repository<User>,
    @InjectRepository(Device) private readonly devices: Repository<Device>,
  ) {}

  /** The enabled accounts of logins, by login. One statement: it runs for every request. */
  async usersOf(loginIds: readonly number[]): Promise<Map<number, LoginUser>> {
    const rows: LoginUser[] = await this.logins.query(
      prepared(
        `SELECT l."id" AS "loginId", l."expires_at" AS "expiresAt", u."id", u."email"::text, u."role"::text
         FROM "logins" l JOIN "users" u ON u."id" = l."user_id" WHERE l."id" = ANY ($1) AND NOT u."disabled"`,
      ),
      [loginIds],
    );
    return new Map(rows.map((row) => [row.loginId, row]));
  }

  /** The devices of logins, by login. One statement: it runs for every request. */
  async devicesOf(loginIds: readonly number[]): Promise<Map<number, LoginDevice>> {
    const rows: LoginDevice[] = await this.logins.query(
      prepared(
        `SELECT l."id" AS "loginId", l."expires_at" AS "expiresAt", d."id", d."username"::text,
           d."circle_id" AS "circleId"
         FROM "logins" l JOIN "devices" d ON d."id" = l."device_id" WHERE l."id" = ANY ($1)`,
      ),
      [loginIds],
    );
    return new Map(rows.map((row) => [row.loginId, row]));
  }

  /** Those of the logins that are alive and whose accounts are enabled. */
  async alive(loginIds: readonly number[], now: Date): Promise<Set<number>> {
    const rows: unknown = await this.logins.query(
      `SELECT l."id" FROM "logins" l LEFT JOIN "users" u ON u."id" = l."user_id"
       WHERE l."id" = ANY ($1) AND l."expires_at" > $2 AND u."disabled" IS NOT TRUE`,
      [loginIds, now],
    );
    return new Set(ids(rows));
  }

  /** The roles of enabled accounts whose logins are alive, by login. */
  async roles(loginIds: readonly number[], now: Date): Promise<Map<number, User['role']>> {
    const rows: { id: number; role: User['role'] }[] = await this.logins.query(
      `SELECT l."id", u."role" FROM "logins" l JOIN "users" u ON u."id" = l."user_id"
       WHERE l."id" = ANY ($1) AND l."expires_at" > $2 AND NOT u."disabled"`,
      [loginIds, now],
    );
    return new Map(rows.map(({ id, role }) => [id, role]));
  }

  async findDeviceByUsername(username: string): Promise<Device | undefined> {
    return (await this.devices.findOneBy({ username })) ?? undefined;
  }

  async findDevice(id: number): Promise<Device | undefined> {
    return (await this.devices.findOneBy({ id })) ?? undefined;
  }

  /** @param email in normalized form */
  async findUserByEmail(email: string): Promise<User | undefined> {
    return (await this.users.findOneBy({ email })) ?? undefined;
  }

  async findUser(id: number): Promise<User | undefined> {
    return (await this.users.findOneBy({ id })) ?? undefined;
  }

  async findByHandle(handleDigest: Buffer): Promise<Login | undefined> {
    const query = this.logins.createQueryBuilder('login').leftJoinAndSelect('login.user', 'user');
    return (await query.where({ handleDigest }).getOne()) ?? undefined;
  }

  /**
   * Begins a login, unless the account has been disabled or its password changed since it was read.
   * @returns its id
   */
  async create(user: User, login: NewLogin): Promise<number | undefined> {
    // The share lock serializes this with a password change: a login with the old password is either refused here or
    // ended there.
    const rows: { id: number }[] = await this.logins.query(
      prepared(
        `INSERT INTO "logins" ("user_id", "handle_digest", "secret_digest", "expires_at", "last_used_at", "address", "user_agent")
         SELECT "id", $3, $4, $5, $6, $7, $8 FROM "users" WHERE "id" = $1 AND "password_hash" = $2 AND NOT "disabled" FOR SHARE
         RETURNING "id"`,
      ),
      [user.id, user.passwordHash, ...valuesOf(login)],
    );
    return rows[0]?.id;
  }

  /**
   * Begins a login for a person vouched for by an identity provider, unless since then the account was disabled, or the
   * identity removed or refused.
   * @returns its id
   */
  async createByIdentity(proven: ProvenIdentity, login: NewLogin): Promise<number | undefined> {
    const rows: { id: number }[] = await this.logins.query(
      `INSERT INTO "logins"
         ("user_id", "identity_id", "handle_digest", "secret_digest", "expires_at", "last_used_at", "address", "user_agent")
       SELECT u."id", i."id", $4, $5, $6, $7, $8, $9 FROM "users" u JOIN "identities" i ON i."user_id" = u."id"
       WHERE u."id" = $1 AND i."id" = $2 AND i."refusals" = $3 AND NOT u."disabled" FOR SHARE
       RETURNING "id"`,
      [proven.userId, proven.identityId, proven.refusals, ...valuesOf(login)],
    );
    return rows[0]?.id;
  }

  /** Begins a device's login, unless it was removed or its password changed since it was read. @returns its id */
  async createForDevice(device: Device, login: NewLogin): Promise<number | undefined> {
    const rows: { id: number }[] = await this.logins.query(
      `INSERT INTO "logins" ("device_id", "handle_digest", "secret_digest", "expires_at", "last_used_at", "address", "user_agent")
       SELECT "id", $3, $4, $5, $6, $7, $8 FROM "devices" WHERE "id" = $1 AND "password_hash" = $2 FOR SHARE
       RETURNING "id"`,
      [device.id, device.passwordHash, ...valuesOf(login)],
    );
    return rows[0]?.id;
  }

  /** Replaces the old secret. @returns false when the old one is no longer there */
  async rotate(id: number, oldDigest: Buffer, use: LoginUse & Pick<Login, 'secretDigest'>): Promise<boolean> {
    const result = await this.logins.update({ id, secretDigest: oldDigest }, use);
    return result.affected === 1;
  }

  /** Those that are alive, ascending by id. */
  async list(account: LoginAccount, at: { now: Date; afterId: number; take: number }): Promise<Login[]> {
    return this.logins.find({
      where: { [`${account.kind}Id`]: account.id, id: MoreThan(at.afterId), expiresAt: MoreThan(at.now) },
      order: { id: 'ASC' },
      take: at.take,
    });
  }

  /** Ends one login of an account, or all of them. @returns their ids */
  async endOf(account: LoginAccount, which: number | 'all'): Promise<number[]> {
    const result = await this.logins
      .createQueryBuilder()
      .delete()
      .where({ [`${account.kind}Id`]: account.id, ...(which !== 'all' && { id: which }) })
      .returning('id')
      .execute();
    return ids(result.raw);
  }

  /** @returns whose login it was; `undefined` when there was none */
  async end(id: number): Promise<LoginAccount | undefined> {
    const [rows] = await this.logins.query<[{ userId: number | null; deviceId: number | null }[], number]>(
      `DELETE FROM "logins" WHERE "id" = $1 RETURNING "user_id" AS "userId", "device_id" AS "deviceId"`,
      [id],
    );
    const [row] = rows;
    if (row === undefined) return undefined;
    return row.userId === null ? { kind: 'device', id: row.deviceId ?? 0 } : { kind: 'user', id: row.userId };
  }

  /** Ends the oldest logins of an account beyond `keep`. @returns their ids */
  async endBeyond(account: LoginAccount, keep: number): Promise<number[]> {
    const [rows] = await this.logins.query<[unknown, number]>(
      prepared(
        `DELETE FROM "logins" WHERE "id" IN (
           SELECT "id" FROM "logins" WHERE "${account.kind}_id" = $1 ORDER BY "id" DESC OFFSET $2
         ) RETURNING "id"`,
      ),
      [account.id, keep],
    );
    return ids(rows);
  }

  /** Ends expired logins. @returns their ids */
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

/** In the column order of the inserts. */
const valuesOf = (login: NewLogin): unknown[] => [
  login.handleDigest,
  login.secretDigest,
  login.expiresAt,
  login.lastUsedAt,
  login.address,
  login.userAgent,
];

const ids = (rows: unknown): number[] => (rows as { id: number }[]).map(({ id }) => id);
