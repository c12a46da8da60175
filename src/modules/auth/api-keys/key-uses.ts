import { type Logger } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { type Clock } from '../../../common/time/clock.js';

/** Uses are recorded to the minute, which avoids one write per request. */
const RECORD_MS = 60_000;

/** Records when keys of one kind were last used. */
export class KeyUses {
  /** Keys whose use this node is recording right now. */
  private readonly recording = new Set<number>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly what: string,
  ) {}

  /** @param write records the use, unless one after `since` is already recorded */
  record(
    { id, lastUsedAt }: { readonly id: number; readonly lastUsedAt: Date | null },
    write: (now: Date, since: Date) => Promise<void>,
  ): void {
    const now = this.clock.now();
    const since = now - RECORD_MS;
    if ((lastUsedAt !== null && lastUsedAt.getTime() > since) || this.recording.has(id)) return;
    this.recording.add(id);
    void write(new Date(now), new Date(since))
      .catch((error: unknown) => {
        reportFailure(this.logger, `the use of ${this.what} could not be recorded`, error);
      })
      .finally(() => this.recording.delete(id));
  }
}
