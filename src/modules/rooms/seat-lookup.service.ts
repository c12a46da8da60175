import { Injectable } from '@nestjs/common';
import { toAppError } from '../../common/http/problem.js';
import { RevocationSelectors } from '../realtime/revocation-selectors.js';
import { type Seat } from './room-connection.js';
import { SeatsRepository } from './seats.repository.js';

interface Question {
  readonly digest: Buffer;
  readonly resolve: (seat: Seat | undefined) => void;
  readonly reject: (error: Error) => void;
}

const MAX_BATCH = 500;

/** Finds endpoints by their code. Clients that come all at once are looked up together: one question at a time. */
@Injectable()
export class SeatLookup {
  private waiting: Question[] = [];
  private working = false;

  constructor(
    private readonly repository: SeatsRepository,
    private readonly selectors: RevocationSelectors,
  ) {}

  /** @throws AppError `database_unavailable` */
  find(digest: Buffer): Promise<Seat | undefined> {
    return new Promise((resolve, reject) => {
      this.waiting.push({ digest, resolve, reject });
      if (this.working) return;
      this.working = true;
      setImmediate(() => void this.work());
    });
  }

  /** What a revocation that concerns this endpoint names. */
  selectorsOf(code: string, { keyId }: Seat): string[] {
    const own = this.selectors.of('endpoint', code);
    return keyId === null ? [own] : [own, this.selectors.of('apiKey', keyId)];
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) await this.ask(this.waiting.splice(0, MAX_BATCH));
    this.working = false;
  }

  private async ask(batch: readonly Question[]): Promise<void> {
    try {
      const seats = await this.repository.find(batch.map(({ digest }) => digest));
      for (const { digest, resolve } of batch) resolve(seats.get(digest.toString('hex')));
    } catch (error) {
      for (const { reject } of batch) reject(toAppError(error));
    }
  }
}
