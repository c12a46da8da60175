import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { isUnavailable } from '../../../common/errors/app-error.js';
import { untilAvailable } from './until-available.js';

/** Does in the end what has to be done, though the state that nodes share is away. */
@Injectable()
export class Retries implements OnModuleDestroy {
  private readonly logger = new Logger(Retries.name);
  private stopped = false;

  onModuleDestroy(): void {
    this.stopped = true;
  }

  /** Repeats `work` while it fails with `unavailable`, until this node stops: then its lease says the rest. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return untilAvailable(work, () => this.stopped);
  }

  /**
   * Does what follows from something that is committed, now if it can be done, else later: whoever asked for the act is
   * not told that it failed. `work` may be repeated.
   */
  async follow(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.run(work).catch((reason: unknown) => {
        this.logger.warn({ msg: 'what follows from a change was left undone', err: reason });
      });
    }
  }
}
