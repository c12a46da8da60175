import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { sha256 } from '../../../common/security/digest.js';
import { AppConfig } from '../../../config/app-config.js';
import { reportFailure } from '../../../common/outages/outages.js';
import { Clock } from '../../../common/time/clock.js';
import { RevocationList } from '../../realtime/access/revocation-list.js';
import { selector } from '../../realtime/access/revocation-selectors.js';
import { type ApplicationPrincipal } from '../principals/application-principal.js';
import { ApiKeysRepository } from './api-keys.repository.js';

/** The use of a key is recorded to the minute: not one write per request. */
const RECORD_MS = 60_000;
const MAX_KEY = 200;

/** Finds out which application a request comes from. */
@Injectable()
export class ApiKeys {
  private readonly logger = new Logger(ApiKeys.name);
  /** Keys whose use this node is writing down right now. */
  private readonly recording = new Set<number>();

  constructor(
    private readonly repository: ApiKeysRepository,
    private readonly clock: Clock,
    private readonly config: AppConfig,
    private readonly revocations: RevocationList,
  ) {}

  /**
   * @param key the `API-KEY` header; missing and empty are the same
   * @throws AppError `unauthenticated` without a key, `invalid_credentials` when it is nobody's
   */
  async identify(key: string | undefined): Promise<ApplicationPrincipal> {
    if (key === undefined || key === '') return this.keyless();
    const found = key.length > MAX_KEY ? undefined : await this.repository.find(sha256(key));
    const isRevoked = found && this.revocations.matches([selector('apiKey', String(found.id))], this.clock.now());
    if (!found || isRevoked) throw new AppError('invalid_credentials', 'This API key is not valid.');
    this.record(found.id, found.lastUsedAt);
    return principalOf(found.application, found.id);
  }

  private async keyless(): Promise<ApplicationPrincipal> {
    const { keylessApplication: name } = this.config.accounts;
    if (name === '') throw new AppError('unauthenticated', 'An API key is needed: API-KEY: <key>.');
    return principalOf(await this.repository.findOrCreate(name), null);
  }

  private record(id: number, lastUsedAt: Date | null): void {
    const now = this.clock.now();
    const since = now - RECORD_MS;
    if ((lastUsedAt !== null && lastUsedAt.getTime() > since) || this.recording.has(id)) return;
    this.recording.add(id);
    void this.repository
      .markUsed(id, new Date(now), new Date(since))
      .catch((error: unknown) => {
        reportFailure(this.logger, 'the use of an API key could not be recorded', error);
      })
      .finally(() => this.recording.delete(id));
  }
}

function principalOf(application: { id: number; name: string }, keyId: number | null): ApplicationPrincipal {
  const { id, name } = application;
  return { kind: 'application', id: String(id), label: name, applicationId: id, keyId };
}
