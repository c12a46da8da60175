import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { violatesConstraint } from '../../../common/errors/constraint-violation.js';
import { type Page, pageById } from '../../../common/http/paging/cursor.js';
import { type PageQuery, type SearchQuery } from '../../../common/http/paging/page.dto.js';
import { sha256 } from '../../../common/security/digest.js';
import { randomToken } from '../../../common/security/random.js';
import { type Application } from '../../../entities/rooms/application.entity.js';
import { type ApplicationKey } from '../../../entities/rooms/application-key.entity.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { apiKeyChannel } from '../../auth/api-keys/api-key-channel.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { ApplicationsRepository, type NewKey } from './applications.repository.js';
import { applicationChannel, endpointChannel } from '../rooms.channels.js';

const KEY_MARK = 'sb_';
const KEY_BYTES = 64;
/** Shown to tell keys apart; the rest is still far too long to be guessed. */
const PREFIX_LENGTH = 11;

/** What admins do with applications and their keys; live sockets follow. */
@Injectable()
export class Applications {
  constructor(
    private readonly repository: ApplicationsRepository,
    private readonly audit: AuditLog,
    private readonly hub: Hub,
  ) {}

  /**
   * @returns the application and its first key, which cannot be shown again
   * @throws AppError `already_exists` when the name is taken
   */
  async create(name: string): Promise<{ application: Application; apiKey: string }> {
    const { apiKey, key } = newKey();
    const create = () => this.repository.create(name, key);
    return { application: await this.audit.act('applications.create', ['application'], create), apiKey };
  }

  page(query: SearchQuery): Promise<Page<Application>> {
    return pageById(query, (afterId, take) => this.repository.page(query.q, afterId, take));
  }

  /** @throws AppError `not_found` */
  async get(id: number): Promise<Application> {
    return (await this.repository.find(id)) ?? notFound();
  }

  /** @throws AppError `not_found`, or `already_exists` when the name is taken */
  async rename(id: number, name: string | undefined): Promise<Application> {
    if (name === undefined) return this.get(id);
    const rename = () => this.repository.rename(id, name);
    return (await this.audit.act('applications.update', ['application', id], rename)) ?? notFound();
  }

  /** Deletes an application with its rooms and closes their sockets. @throws AppError `not_found` */
  async delete(id: number): Promise<void> {
    const remove = () => this.repository.delete(id);
    const digests = (await this.audit.remove('applications.delete', ['application', id], remove)) ?? notFound();
    this.hub.disconnect(applicationChannel(id), DISCONNECT.notAllowed);
    for (const digest of digests) this.hub.disconnect(endpointChannel(digest), DISCONNECT.notAllowed);
  }

  /** @throws AppError `not_found` */
  async pageOfKeys(id: number, query: PageQuery): Promise<Page<ApplicationKey>> {
    await this.get(id);
    return pageById(query, (afterId, take) => this.repository.pageOfKeys(id, afterId, take));
  }

  /** @throws AppError `not_found` */
  async getKey(id: number, keyId: number): Promise<ApplicationKey> {
    return (await this.repository.findKey(id, keyId)) ?? notFound();
  }

  /** @returns a further key, which cannot be shown again. @throws AppError `not_found` */
  async addKey(id: number): Promise<{ added: ApplicationKey; apiKey: string }> {
    const { apiKey, key } = newKey();
    try {
      const values = { ...key, applicationId: id };
      return { added: await this.audit.makeRow('applications.create-key', 'apiKey', values), apiKey };
    } catch (error) {
      if (violatesConstraint(error, 'application_keys_application_id_fkey')) notFound();
      throw error;
    }
  }

  /**
   * Revokes a key and closes sockets admitted by its tickets; endpoints created with it remain. @throws AppError
   * `not_found`
   */
  async deleteKey(id: number, keyId: number): Promise<void> {
    const key = { applicationId: id, id: keyId };
    if (!(await this.audit.removeRow('applications.delete-key', ['apiKey', key]))) notFound();
    this.hub.disconnect(apiKeyChannel(keyId), DISCONNECT.notAllowed);
  }
}

function newKey(): { apiKey: string; key: NewKey } {
  const apiKey = KEY_MARK + randomToken(KEY_BYTES);
  return { apiKey, key: { digest: sha256(apiKey), prefix: apiKey.slice(0, PREFIX_LENGTH) } };
}

function notFound(): never {
  throw new AppError('not_found', 'There is no such resource.');
}
