import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { Repository } from 'typeorm';
import { prepared } from '../../../common/database/prepared.js';
import { Application } from '../../../entities/rooms/application.entity.js';
import { ApplicationKey } from '../../../entities/rooms/application-key.entity.js';
import { byteStrings } from '../../database/binary-arrays.js';

/** A key, with the application it is of. */
export interface FoundKey {
  readonly id: number;
  readonly lastUsedAt: Date | null;
  readonly application: { readonly id: number; readonly name: string };
}

interface KeyRow {
  readonly id: number;
  readonly digest: Buffer;
  readonly last_used_at: Date | null;
  readonly application_id: number;
  readonly name: string;
}

const FIND = prepared(
  `SELECT k."id", k."digest", k."last_used_at", k."application_id", a."name"::text
   FROM "application_keys" k JOIN "applications" a ON a."id" = k."application_id" WHERE k."digest" = ANY ($1::bytea[])`,
);

/** Applications, by their keys. */
@Injectable()
export class ApiKeysRepository {
  constructor(
    @InjectRepository(ApplicationKey) private readonly keys: Repository<ApplicationKey>,
    @InjectRepository(Application) private readonly applications: Repository<Application>,
  ) {}

  /** The keys with these digests, with their applications, by digest in hexadecimal. */
  async find(digests: readonly Buffer[]): Promise<Map<string, FoundKey>> {
    const rows: KeyRow[] = await this.keys.query(FIND, [byteStrings(digests)]);
    return new Map(
      rows.map(({ id, digest, last_used_at, application_id, name }) => [
        digest.toString('hex'),
        { id, lastUsedAt: last_used_at, application: { id: application_id, name } },
      ]),
    );
  }

  /** Records that a key was used, unless a use after `since` is already recorded. */
  async markUsed(id: number, now: Date, since: Date): Promise<void> {
    await this.keys.query(
      `UPDATE "application_keys" SET "last_used_at" = $2
       WHERE "id" = $1 AND ("last_used_at" IS NULL OR "last_used_at" <= $3)`,
      [id, now, since],
    );
  }

  /** The application called `name`, created if there is none. */
  async findOrCreate(name: string): Promise<Application> {
    const found = await this.applications.findOneBy({ name });
    if (found) return found;
    await this.applications.query(`INSERT INTO "applications" ("name") VALUES ($1) ON CONFLICT DO NOTHING`, [name]);
    return this.applications.findOneByOrFail({ name });
  }
}
