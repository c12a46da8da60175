import { type Logger } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { type Clock } from '../../../common/time/clock.js';

/** The use of a key is recorded to the minute: not one write per request. */
const RECORD_MS = 60_000;

/** Has it written down when keys of one kind were last used. */
export class KeyUses {
  /** Keys whose use this node is writing down right now. */
  private readonly recording = new Set<number>();

  constructor(
    private readonly clock: Clock,
    private readonly logger: Logger,
    private readonly what: string,
  ) {}

  /** @param write notes it, unless that was done after `since` already */
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
