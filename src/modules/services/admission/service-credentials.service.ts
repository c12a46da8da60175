import { Injectable } from '@nestjs/common';
import { DigestLookup } from '../../../common/database/digest-lookup.js';
import { AppError } from '../../../common/errors/app-error.js';
import { Clock } from '../../../common/time/clock.js';
import { type Attempt, AttemptThrottle } from '../../realtime/access/attempt-throttle.js';
import { RevocationList } from '../../realtime/access/revocation-list.js';
import { isCode, PublicCodes } from '../directory/public-codes.service.js';
import { type ServiceConnection, serviceSelector } from '../service-connection.js';
import { ServiceDirectory } from '../directory/service-directory.service.js';
import { canonicalToken, tokenDigest } from '../directory/service-token.js';
import { type ServiceSettings } from '../services.events.js';
import { ServicesRepository } from '../directory/services.repository.js';
import { type LiveCode } from '../service-state.js';

/** Scope of the throttle. */
const TRIES = 'services';

/** What a credential admits to. */
export type Entitlement =
  | { readonly role: 'host' | 'client'; readonly settings: ServiceSettings }
  | { readonly role: 'guest'; readonly settings: ServiceSettings; readonly code: string; readonly live: LiveCode };

/** Checks tokens and codes. Revoked ones are refused like wrong ones. */
@Injectable()
export class ServiceCredentials {
  private readonly lookup: DigestLookup<ServiceSettings>;

  constructor(
    repository: ServicesRepository,
    private readonly throttle: AttemptThrottle,
    private readonly directory: ServiceDirectory,
    private readonly codes: PublicCodes,
    private readonly revocations: RevocationList,
    private readonly clock: Clock,
  ) {
    this.lookup = new DigestLookup((digests) => repository.findByTokens(digests));
  }

  /**
   * @param token whatever the client sent
   * @returns `undefined` when the connection has closed meanwhile
   * @throws AppError `invalid_credentials`, or `rate_limited` when this address tries too often
   */
  async check(connection: ServiceConnection, token: unknown): Promise<Entitlement | undefined> {
    const attempt = { scope: TRIES, address: connection.address, gone: () => connection.closed };
    const text = typeof token === 'string' ? token : '';
    const found = await (isCode(text) ? this.ofCode(attempt, text) : this.ofToken(attempt, canonicalToken(text)));
    if (connection.closed) return undefined;
    if (found === undefined) throw invalidToken();
    return found;
  }

  /** Tokens cannot be guessed, so only answers to wrong ones are delayed; owners get in even from a crowded address. */
  private async ofToken(attempt: Attempt, token: string | undefined): Promise<Entitlement | undefined> {
    const found = token === undefined ? undefined : await this.findByToken(token);
    if (found === undefined) await this.throttle.wrong(attempt);
    else await this.throttle.succeeded(attempt.scope, attempt.address);
    return found;
  }

  /** Codes can be guessed, so every attempt is counted, and waits, before the code is looked up. */
  private ofCode(attempt: Attempt, code: string): Promise<Entitlement | undefined> {
    return this.throttle.guess({ ...attempt, secret: code }, () => this.findByCode(code));
  }

  private async findByToken(token: string): Promise<Entitlement | undefined> {
    const digest = tokenDigest(token);
    const stored = await this.lookup.find(digest);
    const settings = stored && (await this.directory.settle(stored));
    if (settings === undefined || this.isRevoked(serviceSelector(settings.id))) return undefined;
    const hex = digest.toString('hex');
    if (settings.hostDigest === hex) return { role: 'host', settings };
    return settings.clientDigest === hex ? { role: 'client', settings } : undefined;
  }

  private async findByCode(code: string): Promise<Entitlement | undefined> {
    const live = await this.codes.find(code);
    if (live === undefined) return undefined;
    if (this.isRevoked(serviceSelector(live.service), this.codes.selectorOf(code))) return undefined;
    const settings = await this.directory.find(live.service);
    return settings?.allowPublicCode === true ? { role: 'guest', settings, code, live } : undefined;
  }

  private isRevoked(...selectors: readonly string[]): boolean {
    return this.revocations.matches(selectors, this.clock.now());
  }
}

/** The same answer to every token or code that is not valid, whatever the reason. */
export const invalidToken = (): AppError => new AppError('invalid_credentials', 'Invalid token');
