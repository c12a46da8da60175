import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, MoreThan, Repository } from 'typeorm';
import { AppError } from '../../common/errors/app-error.js';
import { violatesConstraint } from '../../common/errors/constraint-violation.js';
import { Iota } from '../../entities/omikron/iota.entity.js';
import { Profile } from '../../entities/omikron/profile.entity.js';

export type NewIota = Pick<Iota, 'iotaId' | 'name' | 'tokenDigest'>;
export type NewProfile = Pick<Profile, 'iotaId' | 'userId' | 'keyDigest'>;

/** What an identification needs to know of an Iota. */
export interface IotaEntry {
  readonly name: string;
  readonly tokenDigest: Buffer;
  /** Those of the requested users that belong to it. */
  readonly users: readonly string[];
}

/** The directory: home servers and the users that belong to them. UUIDs go in and come out canonical. */
@Injectable()
export class OmikronRepository {
  constructor(
    @InjectRepository(Iota) private readonly iotas: Repository<Iota>,
    @InjectRepository(Profile) private readonly profiles: Repository<Profile>,
  ) {}

  /** Needs one query, however many users. */
  async findEntry(iotaId: string, users: readonly string[]): Promise<IotaEntry | undefined> {
    const rows = await this.iotas.manager.query<IotaEntry[]>(
      `SELECT i.name, i.token_digest AS "tokenDigest", ARRAY(
         SELECT p.user_id::text FROM omikron_profiles p
         WHERE p.iota_id = i.iota_id AND p.user_id = ANY($2::uuid[])
       ) AS users
       FROM omikron_iotas i WHERE i.iota_id = $1`,
      [iotaId, users],
    );
    return rows[0];
  }

  async findIota(iotaId: string): Promise<Iota | undefined> {
    return (await this.iotas.findOneBy({ iotaId })) ?? undefined;
  }

  async findIotaByToken(tokenDigest: Buffer): Promise<Iota | undefined> {
    return (await this.iotas.findOneBy({ tokenDigest })) ?? undefined;
  }

  /** Token digests in hexadecimal, by Iota, of those Iotas that exist. */
  async tokenDigests(iotas: readonly string[]): Promise<Map<string, string>> {
    const rows: { iota: string; digest: string }[] = await this.iotas.query(
      `SELECT "iota_id"::text AS "iota", encode("token_digest", 'hex') AS "digest"
       FROM "omikron_iotas" WHERE "iota_id" = ANY ($1::uuid[])`,
      [iotas],
    );
    return new Map(rows.map(({ iota, digest }) => [iota, digest]));
  }

  /** The Iota of each of those users that are in the directory. */
  async homes(users: readonly string[]): Promise<Map<string, string>> {
    const rows: { user: string; iota: string }[] = await this.profiles.query(
      `SELECT "user_id"::text AS "user", "iota_id"::text AS "iota" FROM "omikron_profiles" WHERE "user_id" = ANY ($1::uuid[])`,
      [users],
    );
    return new Map(rows.map(({ user, iota }) => [user, iota]));
  }

  pageIotas(afterId: number, take: number): Promise<Iota[]> {
    return this.iotas.find({ where: { id: MoreThan(afterId) }, order: { id: 'ASC' }, take });
  }

  /** @throws AppError `already_exists` */
  createIota(iota: NewIota): Promise<Iota> {
    return refuseTaken('omikron_iotas_iota_id_key', 'iotaId', this.iotas.save(this.iotas.create(iota)));
  }

  /** @returns whether there was such an Iota */
  async changeToken(iotaId: string, tokenDigest: Buffer): Promise<boolean> {
    return (await this.iotas.update({ iotaId }, { tokenDigest })).affected === 1;
  }

  /** Removes an Iota with its profiles. @returns its users; `undefined` when there was no such Iota */
  async deleteIota(iotaId: string): Promise<string[] | undefined> {
    return this.iotas.manager.transaction(async (manager) => {
      // Locked, so that no profile is added between the two statements.
      const iota = await manager.findOne(Iota, { where: { iotaId }, lock: { mode: 'pessimistic_write' } });
      if (iota === null) return undefined;
      const profiles = await manager.find(Profile, { where: { iotaId }, select: { userId: true } });
      await manager.delete(Iota, { iotaId });
      return profiles.map(({ userId }) => userId);
    });
  }

  async findProfile(userId: string): Promise<Profile | undefined> {
    return (await this.profiles.findOneBy({ userId })) ?? undefined;
  }

  /** Those of `users` that are in the directory; one query. */
  async knownUsers(users: readonly string[]): Promise<Set<string>> {
    if (users.length === 0) return new Set();
    const profiles = await this.profiles.find({ where: { userId: In([...users]) }, select: { userId: true } });
    return new Set(profiles.map(({ userId }) => userId));
  }

  pageProfiles(iotaId: string, afterId: number, take: number): Promise<Profile[]> {
    return this.profiles.find({ where: { iotaId, id: MoreThan(afterId) }, order: { id: 'ASC' }, take });
  }

  /**
   * @throws AppError `already_exists` when the user already belongs to an Iota, `not_found` when there is no such Iota
   */
  async createProfile(profile: NewProfile): Promise<Profile> {
    try {
      return await refuseTaken(
        'omikron_profiles_user_id_key',
        'userId',
        this.profiles.save(this.profiles.create(profile)),
      );
    } catch (error) {
      if (!violatesConstraint(error, 'omikron_profiles_iota_id_fkey')) throw error;
      throw new AppError('not_found', 'There is no such Iota.', { cause: error });
    }
  }

  /** @returns whether there was such a profile */
  async deleteProfile(iotaId: string, userId: string): Promise<boolean> {
    return (await this.profiles.delete({ iotaId, userId })).affected === 1;
  }
}

async function refuseTaken<T>(constraint: string, field: string, work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!violatesConstraint(error, constraint)) throw error;
    throw new AppError('already_exists', `This ${field} is taken.`, {
      errors: [{ field, message: 'is taken' }],
      cause: error,
    });
  }
}
