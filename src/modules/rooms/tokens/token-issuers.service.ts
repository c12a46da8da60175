import { Injectable } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { invalidInput } from '../../../common/http/input/input.pipe.js';
import { type Page, pageById } from '../../../common/http/paging/cursor.js';
import { type PageQuery } from '../../../common/http/paging/page.dto.js';
import { outboundUrlFault } from '../../../common/outbound/fetch-json.js';
import { type TokenIssuer } from '../../../entities/rooms/token-issuer.entity.js';
import { type ApplicationPrincipal } from '../../auth/principals/application-principal.js';
import { AuditLog } from '../../audit/audit-log.service.js';
import { RevocationSelectors } from '../../realtime/access/revocation-selectors.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { issuerChannel } from '../rooms.channels.js';
import { type Algorithm, KeyFault, MIN_SECRET_BYTES, publicKeys } from './issuer-key.js';
import { IssuerKeys } from './issuer-keys.service.js';
import { type NewIssuer, TokenIssuersRepository } from './token-issuers.repository.js';

const MAX_ISSUERS = 100;
const SOURCES = ['secret', 'jwksUrl', 'jwks', 'publicKey'] as const;

export interface IssuerWish {
  readonly issuer: string;
  readonly algorithm: Algorithm;
  readonly secret?: string;
  readonly jwksUrl?: string;
  readonly jwks?: object;
  readonly publicKey?: string;
}

/** What applications, or admins on their behalf, do with the issuers of their tokens; live sockets follow. */
@Injectable()
export class TokenIssuers {
  constructor(
    private readonly repository: TokenIssuersRepository,
    private readonly keys: IssuerKeys,
    private readonly hub: Hub,
    private readonly audit: AuditLog,
    selectors: RevocationSelectors,
  ) {
    selectors.know('issuer', (id) => repository.exists(Number(id)));
  }

  /**
   * @param caller `undefined` = an admin, who may act for any application
   * @throws AppError `not_found`, `already_exists`, `conflict`, `invalid_input`
   */
  async create(
    caller: ApplicationPrincipal | undefined,
    applicationId: number,
    wish: IssuerWish,
  ): Promise<TokenIssuer> {
    requireOwn(caller, applicationId);
    const key = this.keyOf(wish);
    if ((await this.repository.count(applicationId)) >= MAX_ISSUERS)
      throw new AppError('conflict', `An application has at most ${MAX_ISSUERS} token issuers.`);
    const { issuer, algorithm } = wish;
    const insert = () => this.repository.create({ applicationId, issuer, algorithm, ...key });
    return this.audit.act('token-issuers.create', ['tokenIssuer'], insert);
  }

  /** @throws AppError `not_found` */
  async page(
    caller: ApplicationPrincipal | undefined,
    applicationId: number,
    query: PageQuery,
  ): Promise<Page<TokenIssuer>> {
    requireOwn(caller, applicationId);
    return pageById(query, (afterId, take) => this.repository.page(applicationId, afterId, take));
  }

  /** @throws AppError `not_found` */
  async get(caller: ApplicationPrincipal | undefined, applicationId: number, id: number): Promise<TokenIssuer> {
    requireOwn(caller, applicationId);
    return (await this.repository.find(applicationId, id)) ?? notFound();
  }

  /** Deletes an issuer and closes sockets admitted by its tokens. @throws AppError `not_found` */
  async delete(caller: ApplicationPrincipal | undefined, applicationId: number, id: number): Promise<void> {
    requireOwn(caller, applicationId);
    if (!(await this.audit.removeRow('token-issuers.delete', ['tokenIssuer', { applicationId, id }]))) notFound();
    this.keys.forget(id);
    this.hub.disconnect(issuerChannel(id), DISCONNECT.notAllowed);
  }

  private keyOf(wish: IssuerWish): Pick<NewIssuer, 'secretSealed' | 'jwks' | 'jwksUrl'> {
    const { algorithm, secret, jwksUrl } = wish;
    const given = SOURCES.filter((name) => wish[name] !== undefined);
    const [source] = given;
    if (source === undefined || given.length > 1 || (source === 'secret') !== (algorithm === 'HS256')) {
      const message =
        algorithm === 'HS256' ? 'secret is needed, alone' : 'exactly one of jwksUrl, jwks, publicKey is needed';
      throw invalidInput((given.length > 0 ? given : SOURCES).map((field) => ({ field, message })));
    }
    if (secret !== undefined) {
      if (Buffer.byteLength(secret) < MIN_SECRET_BYTES)
        invalid(source, `must be at least ${MIN_SECRET_BYTES} bytes long`);
      return { secretSealed: this.keys.seal(secret), jwks: null, jwksUrl: null };
    }
    if (jwksUrl !== undefined) {
      const fault = outboundUrlFault(jwksUrl, this.keys.addresses);
      if (fault !== undefined) invalid(source, fault);
      return { secretSealed: null, jwks: null, jwksUrl };
    }
    try {
      return { secretSealed: null, jwks: publicKeys(algorithm, wish[source]), jwksUrl: null };
    } catch (error) {
      if (error instanceof KeyFault) invalid(source, error.message);
      throw error;
    }
  }
}

/** An application may only access its own. */
function requireOwn(caller: ApplicationPrincipal | undefined, applicationId: number): void {
  if (caller !== undefined && caller.applicationId !== applicationId) notFound();
}

function invalid(field: string, message: string): never {
  throw invalidInput([{ field, message }]);
}

function notFound(): never {
  throw new AppError('not_found', 'There is no such application or token issuer.');
}
