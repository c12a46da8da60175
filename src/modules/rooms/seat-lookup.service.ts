import { Injectable } from '@nestjs/common';
import { DigestLookup } from '../../common/database/digest-lookup.js';
import { RevocationSelectors } from '../realtime/revocation-selectors.js';
import { type Seat } from './room-connection.js';
import { SeatsRepository } from './seats.repository.js';

/** Finds endpoints by their code. Clients that come all at once are looked up together. */
@Injectable()
export class SeatLookup {
  private readonly lookup: DigestLookup<Seat>;

  constructor(
    repository: SeatsRepository,
    private readonly selectors: RevocationSelectors,
  ) {
    this.lookup = new DigestLookup((digests) => repository.find(digests));
  }

  /** @throws AppError `database_unavailable` */
  find(digest: Buffer): Promise<Seat | undefined> {
    return this.lookup.find(digest);
  }

  /** What a revocation that concerns this endpoint names. */
  selectorsOf(code: string, { keyId }: Seat): string[] {
    const own = this.selectors.of('endpoint', code);
    return keyId === null ? [own] : [own, this.selectors.of('apiKey', keyId)];
  }
}
