import { Injectable, Logger } from '@nestjs/common';
import { MAX_ID } from '../../common/http/paging/cursor.js';
import { reportFailure } from '../../common/outages/outages.js';
import { MonotonicClock } from '../../common/time/monotonic-clock.js';
import { AuditRepository } from '../audit/audit.repository.js';
import { type FeedReader, Feeds, type FeedSource } from '../console/feeds.service.js';
import { AuditEntryDto } from './audit.dto.js';
import { AuditTrail } from './audit-trail.service.js';

/** Entries read at a time. */
const AT_ONCE = 500;
/** How long to wait for an entry that commits after one with a higher id. */
const LATE_MS = 10_000;

/** New audit entries for consoles: read once a second, however many consoles watch. */
@Injectable()
export class AuditFeed implements FeedSource {
  readonly needs = 'viewer';
  private readonly logger = new Logger(AuditFeed.name);
  private readonly readers = new Set<FeedReader>();
  /** Everything up to this id has been sent. */
  private floor = 0;
  /** Ids sent beyond it, and when. */
  private readonly told = new Map<number, number>();

  constructor(
    private readonly feeds: Feeds,
    private readonly repository: AuditRepository,
    private readonly trail: AuditTrail,
    private readonly clock: MonotonicClock,
  ) {
    feeds.know('audit', this);
  }

  async open(reader: FeedReader): Promise<() => void> {
    if (this.readers.size === 0) {
      const [newest] = await this.repository.page({}, 0, 1);
      this.told.clear();
      this.floor = newest?.id ?? 0;
    }
    return this.feeds.join(this.readers, reader, this.look);
  }

  private readonly look = async (): Promise<void> => {
    try {
      const now = this.clock.elapsed();
      const read = await this.repository.entriesAfter(this.floor, MAX_ID, AT_ONCE);
      const fresh = read.filter(({ id }) => !this.told.has(id));
      // Ids are noted only after this: if it fails, the next look tries the same entries again.
      const items = (await this.trail.shown(fresh)).map((entry) => AuditEntryDto.from(entry));
      for (const { id } of fresh) this.told.set(id, now);
      const isFull = read.length === AT_ONCE;
      for (const { id } of read) {
        if (!isFull && (this.told.get(id) ?? now) > now - LATE_MS) break;
        this.floor = id;
        this.told.delete(id);
      }
      if (items.length === 0) return;
      for (const reader of this.readers) reader.tell({ type: 'entries', items });
    } catch (error) {
      reportFailure(this.logger, 'the audit log could not be read', error);
    }
  };
}
