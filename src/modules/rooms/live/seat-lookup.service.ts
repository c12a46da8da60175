import { Injectable } from '@nestjs/common';
import { DigestLookup } from '../../../common/database/digest-lookup.js';
import { AppError } from '../../../common/errors/app-error.js';
import { MAX_ID } from '../../../common/http/paging/cursor.js';
import { RequestAllowance } from '../../auth/access/request-allowance.service.js';
import { RevocationSelectors } from '../../realtime/access/revocation-selectors.js';
import { codeDigest } from '../endpoints/endpoint-code.js';
import { endpointSelectors } from '../endpoints/endpoint-selectors.js';
import { type Seat } from '../room-connection.js';
import { SeatsRepository } from './seats.repository.js';

/** Finds endpoints by their code. Lookups of clients arriving together share queries. */
@Injectable()
export class SeatLookup {
  private readonly lookup: DigestLookup<Seat>;

  constructor(
    private readonly repository: SeatsRepository,
    private readonly selectors: RevocationSelectors,
    private readonly allowance: RequestAllowance,
  ) {
    this.lookup = new DigestLookup((digests) => repository.find(digests));
  }

  /** @throws AppError `database_unavailable` */
  find(digest: Buffer): Promise<Seat | undefined> {
    return this.lookup.find(digest);
  }

  /** Whether such an endpoint exists. */
  async isKnown(idOrCode: string): Promise<boolean> {
    const digest = codeDigest(idOrCode);
    if (digest !== undefined) return (await this.find(digest)) !== undefined;
    const id = Number(idOrCode);
    return String(id) === idOrCode && id > 0 && id <= MAX_ID && this.repository.hasEndpoint(id);
  }

  /**
   * The answer to a code that admits nobody. Codes cannot be guessed, but trying is charged for. @throws AppError
   * `rate_limited`
   */
  async refusal(address: string): Promise<AppError> {
    await this.allowance.chargeAddress(address);
    return new AppError('forbidden', 'There is no such endpoint, or it has expired.');
  }

  /** Names under which a revocation may concern this endpoint. */
  selectorsOf(code: string, { credential }: Seat): string[] {
    return credential.kind === 'endpoint'
      ? endpointSelectors(this.selectors, { id: credential.endpointId, code, madeByKey: credential.madeByKey })
      : [this.selectors.of('endpoint', code)];
  }
}
