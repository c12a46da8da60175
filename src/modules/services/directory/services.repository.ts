import { Injectable } from '@nestjs/common';
import { InjectRepository } from '@nestjs/typeorm';
import { In, MoreThan, Repository } from 'typeorm';
import { prepared } from '../../../common/database/prepared.js';
import { containing } from '../../../common/database/search.js';
import { AppError } from '../../../common/errors/app-error.js';
import { violatesConstraint } from '../../../common/errors/constraint-violation.js';
import { Service } from '../../../entities/services/service.entity.js';
import { type ServiceSettings } from '../services.events.js';

/** What admins decide about a service. */
export type ServiceOptions = Partial<
  Pick<
    Service,
    | 'title'
    | 'allowPublicCode'
    | 'allowMultipleHosts'
    | 'targeting'
    | 'hostGraceSeconds'
    | 'guestLimit'
    | 'codeTtlSeconds'
    | 'codeLength'
  >
>;
export type ServiceChange = ServiceOptions & Partial<Pick<Service, 'hostTokenDigest' | 'clientTokenDigest'>>;

const SETTINGS = `SELECT "id", "title"::text, "version",
  encode("host_token_digest", 'hex') AS "hostDigest", encode("client_token_digest", 'hex') AS "clientDigest",
  "allow_public_code" AS "allowPublicCode", "allow_multiple_hosts" AS "allowMultipleHosts", "targeting",
  "host_grace_seconds" AS "hostGraceSeconds", "guest_limit" AS "guestLimit",
  "code_ttl_seconds" AS "codeTtlSeconds", "code_length" AS "codeLength"
  FROM "services"`;

@Injectable()
export class ServicesRepository {
  constructor(@InjectRepository(Service) private readonly services: Repository<Service>) {}

  /** Those of `ids` that exist. */
  byIds(ids: readonly number[]): Promise<Service[]> {
    return this.services.findBy({ id: In(ids) });
  }

  /**
   * The settings of the services with these host or client tokens, by digest in hexadecimal; the map may have more than
   * was asked for. Runs for every socket that logs in, so it reads plain rows instead of entities.
   */
  async findByTokens(digests: readonly Buffer[]): Promise<Map<string, ServiceSettings>> {
    const rows: ServiceSettings[] = await this.services.query(
      prepared(`${SETTINGS} WHERE "host_token_digest" = ANY ($1) OR "client_token_digest" = ANY ($1)`),
      [digests],
    );
    return new Map(
      rows.flatMap(
        (row) =>
          [
            [row.hostDigest, row],
            [row.clientDigest, row],
          ] as const,
      ),
    );
  }

  /** The settings of those services that exist, by id. */
  async settings(ids: readonly number[]): Promise<Map<number, ServiceSettings>> {
    const rows: ServiceSettings[] = await this.services.query(`${SETTINGS} WHERE "id" = ANY ($1)`, [ids]);
    return new Map(rows.map((row) => [row.id, row]));
  }

  async find(id: number): Promise<Service | undefined> {
    return (await this.services.findOneBy({ id })) ?? undefined;
  }

  page(q: string | undefined, afterId: number, take: number): Promise<Service[]> {
    const where = { id: MoreThan(afterId), ...(q !== undefined && { title: containing(q) }) };
    return this.services.find({ where, order: { id: 'ASC' }, take });
  }

  /**
   * @param was told the service as it was
   * @returns the service as it is now, `undefined` when there is none
   * @throws AppError `already_exists` when the title is taken
   */
  async change(id: number, change: ServiceChange, was: (service: Service) => void): Promise<Service | undefined> {
    return refuseTakenTitle(
      this.services.manager.transaction(async (manager) => {
        const services = manager.getRepository(Service);
        // The lock makes each change increment the version by one, even when several run at once.
        const service = await services.findOne({ where: { id }, lock: { mode: 'pessimistic_write' } });
        if (service === null) return undefined;
        was(service);
        return services.save(services.merge(service, change));
      }),
    );
  }
}

/** @throws AppError `already_exists` when `work` fails because the title is taken */
export async function refuseTakenTitle<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (!violatesConstraint(error, 'services_title_key')) throw error;
    throw new AppError('already_exists', 'There is a service with this title already.', {
      errors: [{ field: 'title', message: 'is taken' }],
      cause: error,
    });
  }
}
