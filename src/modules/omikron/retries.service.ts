import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { untilAvailable } from '../realtime/until-available.js';

/** Does in the end what has to be done, though the state that nodes share is away. */
@Injectable()
export class Retries implements OnModuleDestroy {
  private stopped = false;

  onModuleDestroy(): void {
    this.stopped = true;
  }

  /** Repeats `work` while it fails with `unavailable`, until this node stops: then its lease says the rest. */
  run<T>(work: () => Promise<T>): Promise<T> {
    return untilAvailable(work, () => this.stopped);
  }
}
