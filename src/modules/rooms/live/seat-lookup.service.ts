import { Injectable } from '@nestjs/common';
import { DigestLookup } from '../../../common/database/digest-lookup.js';
import { AppError } from '../../../common/errors/app-error.js';
import { RequestAllowance } from '../../auth/access/request-allowance.service.js';
import { RevocationSelectors } from '../../realtime/access/revocation-selectors.js';
import { type Seat } from '../room-connection.js';
import { SeatsRepository } from './seats.repository.js';

/** Finds endpoints by their code. Clients that come all at once are looked up together. */
@Injectable()
export class SeatLookup {
  private readonly lookup: DigestLookup<Seat>;

  constructor(
    repository: SeatsRepository,
    private readonly selectors: RevocationSelectors,
    private readonly allowance: RequestAllowance,
  ) {
    this.lookup = new DigestLookup((digests) => repository.find(digests));
  }

  /** @throws AppError `database_unavailable` */
  find(digest: Buffer): Promise<Seat | undefined> {
    return this.lookup.find(digest);
  }

  /** What is said to a code that admits nobody. Nobody guesses one, but trying is charged for. @throws AppError `rate_limited` */
  async refusal(address: string): Promise<AppError> {
    await this.allowance.chargeAddress(address);
    return new AppError('forbidden', 'There is no such endpoint, or it has expired.');
  }

  /** What a revocation that concerns this endpoint names. */
  selectorsOf(code: string, { credential }: Seat): string[] {
    const own = this.selectors.of('endpoint', code);
    const madeByKey = credential.kind === 'endpoint' ? credential.madeByKey : null;
    return madeByKey === null ? [own] : [own, this.selectors.of('apiKey', madeByKey)];
  }
}
