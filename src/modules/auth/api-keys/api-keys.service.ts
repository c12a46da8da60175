import { Injectable, Logger } from '@nestjs/common';
import { DigestLookup } from '../../../common/database/digest-lookup.js';
import { AppError } from '../../../common/errors/app-error.js';
import { sha256 } from '../../../common/security/digest.js';
import { AppConfig } from '../../../config/app-config.js';
import { Clock } from '../../../common/time/clock.js';
import { RevocationList } from '../../realtime/access/revocation-list.js';
import { selector } from '../../realtime/access/revocation-selectors.js';
import { type ApplicationPrincipal } from '../principals/application-principal.js';
import { ApiKeysRepository, type FoundKey } from './api-keys.repository.js';
import { KeyUses } from './key-uses.js';

const MAX_KEY = 200;

/** Identifies the application that a request comes from. */
@Injectable()
export class ApiKeys {
  private readonly uses: KeyUses;
  private readonly lookup: DigestLookup<FoundKey>;

  constructor(
    private readonly repository: ApiKeysRepository,
    private readonly clock: Clock,
    private readonly config: AppConfig,
    private readonly revocations: RevocationList,
  ) {
    // Clients of REST wait for an answer before they ask again: of them no more come by waiting.
    this.lookup = new DigestLookup((digests) => repository.find(digests), 0);
    this.uses = new KeyUses(clock, new Logger(ApiKeys.name), 'an API key');
  }

  /**
   * @param key the `API-KEY` header; empty counts as missing
   * @throws AppError `unauthenticated` without a key, `invalid_credentials` when it is unknown
   */
  async identify(key: string | undefined): Promise<ApplicationPrincipal> {
    if (key === undefined || key === '') return this.keyless();
    const found = key.length > MAX_KEY ? undefined : await this.lookup.find(sha256(key));
    const isRevoked = found && this.revocations.matches([selector('apiKey', String(found.id))], this.clock.now());
    if (!found || isRevoked) throw new AppError('invalid_credentials', 'This API key is not valid.');
    this.uses.record(found, (now, since) => this.repository.markUsed(found.id, now, since));
    return principalOf(found.application, found.id);
  }

  private async keyless(): Promise<ApplicationPrincipal> {
    const { keylessApplication: name } = this.config.accounts;
    if (name === '') throw new AppError('unauthenticated', 'An API key is needed: API-KEY: <key>.');
    return principalOf(await this.repository.findOrCreate(name), null);
  }
}

function principalOf({ id, name }: FoundKey['application'], keyId: number | null): ApplicationPrincipal {
  return { kind: 'application', id: String(id), label: name, applicationId: id, keyId };
}
