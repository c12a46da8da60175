import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { AppError } from '../../common/errors/app-error.js';

const AGAIN_AFTER_MS = 500;

/** Does in the end what has to be done, though the state that nodes share is away. */
@Injectable()
export class Retries implements OnModuleDestroy {
  private stopped = false;

  onModuleDestroy(): void {
    this.stopped = true;
  }

  /** Repeats `work` while it fails with `unavailable`, until this node stops: then its lease says the rest. */
  async run<T>(work: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await work();
      } catch (error) {
        if (this.stopped || !(error instanceof AppError) || error.kind !== 'unavailable') throw error;
      }
      await sleep(AGAIN_AFTER_MS, undefined, { ref: false });
    }
  }
}
