import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { MoreThan, Repository } from 'typeorm';
import { containing } from '../../../common/database/search.js';
import { AppError } from '../../../common/errors/app-error.js';
import { violatesConstraint } from '../../../common/errors/constraint-violation.js';
import { Application } from '../../../entities/rooms/application.entity.js';
import { ApplicationKey } from '../../../entities/rooms/application-key.entity.js';

export type NewKey = Pick<ApplicationKey, 'digest' | 'prefix'>;

@Injectable()
export class ApplicationsRepository {
  constructor(
    @InjectRepository(Application) private readonly applications: Repository<Application>,
    @InjectRepository(ApplicationKey) private readonly keys: Repository<ApplicationKey>,
  ) {}

  async find(id: number): Promise<Application | undefined> {
    return (await this.applications.findOneBy({ id })) ?? undefined;
  }

  page(q: string | undefined, afterId: number, take: number): Promise<Application[]> {
    const where = { id: MoreThan(afterId), ...(q !== undefined && { name: containing(q) }) };
    return this.applications.find({ where, order: { id: 'ASC' }, take });
  }

  /** Creates an application with its first key. @throws AppError `already_exists` when the name is taken */
  create(name: string, key: NewKey): Promise<Application> {
    return refuseTakenName(
      this.applications.manager.transaction(async (manager) => {
        const application = await manager.save(manager.create(Application, { name }));
        await manager.insert(ApplicationKey, { ...key, applicationId: application.id });
        return application;
      }),
    );
  }

  /** @throws AppError `already_exists` when the name is taken */
  async rename(id: number, name: string): Promise<Application | undefined> {
    await refuseTakenName(this.applications.update({ id }, { name }));
    return this.find(id);
  }

  /** @returns the digests of its endpoints' codes; `undefined` when there is no such application */
  delete(id: number): Promise<Buffer[] | undefined> {
    return this.applications.manager.transaction(async (manager) => {
      // These locks keep new rooms and endpoints out, so that the list is complete.
      const found: unknown[] = await manager.query(`SELECT 1 FROM "applications" WHERE "id" = $1 FOR UPDATE`, [id]);
      if (found.length === 0) return undefined;
      await manager.query(`SELECT 1 FROM "rooms" WHERE "application_id" = $1 ORDER BY "id" FOR UPDATE`, [id]);
      const digests: { code_digest: Buffer }[] = await manager.query(
        `SELECT e."code_digest" FROM "room_endpoints" e JOIN "rooms" r ON r."id" = e."room_id"
         WHERE r."application_id" = $1`,
        [id],
      );
      await manager.query(
        `INSERT INTO "removed_rooms" ("room_id")
         SELECT h."room_id" FROM "room_heads" h JOIN "rooms" r ON r."id" = h."room_id" WHERE r."application_id" = $1`,
        [id],
      );
      await manager.delete(Application, { id });
      return digests.map(({ code_digest }) => code_digest);
    });
  }

  pageOfKeys(applicationId: number, afterId: number, take: number): Promise<ApplicationKey[]> {
    return this.keys.find({ where: { applicationId, id: MoreThan(afterId) }, order: { id: 'ASC' }, take });
  }

  async findKey(applicationId: number, id: number): Promise<ApplicationKey | undefined> {
    return (await this.keys.findOneBy({ applicationId, id })) ?? undefined;
  }

  hasKey(id: number): Promise<boolean> {
    return this.keys.existsBy({ id });
  }
}

async function refuseTakenName<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!violatesConstraint(error, 'applications_name_key')) throw error;
    throw new AppError('already_exists', 'There is an application with this name already.', {
      errors: [{ field: 'name', message: 'is taken' }],
      cause: error,
    });
  }
}
