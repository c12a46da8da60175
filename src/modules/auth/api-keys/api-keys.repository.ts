import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { Application } from '../../../entities/rooms/application.entity.js';
import { ApplicationKey } from '../../../entities/rooms/application-key.entity.js';

/** Applications as their keys name them. */
@Injectable()
export class ApiKeysRepository {
  constructor(
    @InjectRepository(ApplicationKey) private readonly keys: Repository<ApplicationKey>,
    @InjectRepository(Application) private readonly applications: Repository<Application>,
  ) {}

  /** The key with this digest, with its application. */
  async find(digest: Buffer): Promise<ApplicationKey | undefined> {
    return (await this.keys.findOne({ where: { digest }, relations: { application: true } })) ?? undefined;
  }

  /** Notes that a key was used, unless that was noted after `since` already. */
  async markUsed(id: number, now: Date, since: Date): Promise<void> {
    await this.keys.query(
      `UPDATE "application_keys" SET "last_used_at" = $2
       WHERE "id" = $1 AND ("last_used_at" IS NULL OR "last_used_at" <= $3)`,
      [id, now, since],
    );
  }

  /** The application called `name`, made if there is none. */
  async findOrCreate(name: string): Promise<Application> {
    const found = await this.applications.findOneBy({ name });
    if (found) return found;
    await this.applications.query(`INSERT INTO "applications" ("name") VALUES ($1) ON CONFLICT DO NOTHING`, [name]);
    return this.applications.findOneByOrFail({ name });
  }
}
