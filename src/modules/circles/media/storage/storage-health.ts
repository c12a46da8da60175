import { Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { MonotonicClock } from '../../../../common/time/monotonic-clock.js';
import { Timers } from '../../../../common/time/timers.js';
import { Lifecycle } from '../../../health/lifecycle.js';

/** What is wrong with a storage: content is missing, there is no space, or it does not answer. */
export type StorageFault = 'missing' | 'full' | 'away';

interface Circumstances {
  readonly where: string;
  readonly reason: string;
}

const PROBE_MS = 5_000;

/** Whether media can be stored. Reported to readiness, and logged once when it changes. */
@Injectable()
export class StorageHealth implements OnApplicationShutdown {
  private readonly logger = new Logger(StorageHealth.name);
  /** Ends the probes; `undefined` while all is well. */
  private end: (() => void) | undefined;
  private failedAt = 0;
  private refused = 0;
  private missing = 0;

  constructor(
    lifecycle: Lifecycle,
    private readonly monotonic: MonotonicClock,
    private readonly timers: Timers,
  ) {
    lifecycle.onReadiness(() => (this.end === undefined ? undefined : { what: 'media', since: this.failedAt }));
  }

  onApplicationShutdown(): void {
    this.end?.();
  }

  /** @param probe succeeds when the fault is over */
  fail(fault: 'full' | 'away', circumstances: Circumstances, probe: () => Promise<void>): void {
    this.refused++;
    if (this.end !== undefined) return;
    this.failedAt = this.monotonic.elapsed();
    const msg = fault === 'full' ? 'the disk of media is full' : 'the storage of media does not answer';
    this.logger.warn({ msg, ...circumstances });
    this.end = this.timers.every(PROBE_MS, () => {
      probe().then(
        () => {
          this.recover();
        },
        () => undefined,
      );
    });
  }

  /** Logged for the first missing file, then for the 10th, the 100th and so on. */
  miss(circumstances: Circumstances): void {
    this.missing++;
    if (Number.isInteger(Math.log10(this.missing)))
      this.logger.warn({ msg: 'content of media is missing', ...circumstances, times: this.missing });
  }

  private recover(): void {
    this.end?.();
    if (this.end !== undefined) this.logger.log({ msg: 'media can be stored again', refused: this.refused });
    this.end = undefined;
    this.refused = 0;
  }
}
