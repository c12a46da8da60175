import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { isUnavailable } from '../../../common/errors/app-error.js';
import { untilAvailable } from './until-available.js';

/** Gets work done eventually that fails while the shared state is away. */
@Injectable()
export class Retries implements OnModuleDestroy {
  private readonly logger = new Logger(Retries.name);
  private stopped = false;

  onModuleDestroy(): void {
    this.stopped = true;
  }

  /** Repeats `work` while it fails with `unavailable`, until this node stops; then its lease takes care of the rest. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return untilAvailable(work, () => this.stopped);
  }

  /**
   * Does what follows from a committed act, now if possible, otherwise later; whoever asked for the act is not told
   * that it failed. `work` may be repeated.
   */
  async follow(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (!isUnavailable(error)) throw error;
      this.run(work).catch((reason: unknown) => {
        this.logger.warn({ msg: 'the follow-up of a change was given up', err: reason });
      });
    }
  }
}
