import { Injectable, Logger } from '@nestjs/common';
import { reportFailure } from '../../common/outages/outages.js';
import { type FeedReader, Feeds, type FeedSource } from '../console/feeds.service.js';
import { CallsRepository, type RecordedCall } from './calls.repository.js';
import { CallDto } from './dto/call.dto.js';

/** Calls that are watched: the newest, and in addition all that have not ended. */
const NEWEST = 50;
const UNENDED = 500;

/**
 * Feeds changes of calls to consoles. The ledger is read once a second, however many look on, and not at all while
 * nobody does.
 */
@Injectable()
export class CallsFeed implements FeedSource {
  readonly needs = 'viewer';
  private readonly logger = new Logger(CallsFeed.name);
  private readonly readers = new Set<FeedReader>();
  /** Calls as last shown, by id. */
  private known = new Map<number, string>();

  constructor(
    private readonly feeds: Feeds,
    private readonly repository: CallsRepository,
  ) {
    feeds.know('calls', this);
  }

  async open(reader: FeedReader): Promise<() => void> {
    // What later changes are compared with.
    if (this.readers.size === 0) this.known = (await this.read()).known;
    return this.feeds.join(this.readers, reader, this.look);
  }

  private readonly look = async (): Promise<void> => {
    try {
      const { changed, known } = await this.read();
      this.known = known;
      if (changed.length === 0) return;
      for (const reader of this.readers) reader.tell({ type: 'calls', items: changed });
    } catch (error) {
      reportFailure(this.logger, 'calls could not be read', error);
    }
  };

  private async read(): Promise<{ changed: CallDto[]; known: Map<number, string> }> {
    const newest = await this.repository.page({}, undefined, NEWEST);
    const before = newest.length === NEWEST ? newest.at(-1)?.id : 0;
    const unended: RecordedCall[] = [];
    if (before !== 0)
      for (const state of ['ringing', 'live'] as const)
        unended.push(...(await this.repository.page({ state }, before, UNENDED)));
    const known = new Map<number, string>();
    const changed: CallDto[] = [];
    for (const call of [...newest, ...unended, ...(await this.gone([...newest, ...unended]))]) {
      const shown = CallDto.from(call);
      const text = JSON.stringify(shown);
      if (text !== this.known.get(call.id)) changed.push(shown);
      known.set(call.id, text);
    }
    return { changed, known };
  }

  /** Calls that had not ended at the last reading, and are not among those read now. */
  private async gone(read: readonly RecordedCall[]): Promise<RecordedCall[]> {
    const there = new Set(read.map(({ id }) => id));
    const gone = [...this.known].filter(([id, text]) => !there.has(id) && text.includes('"endedAt":null'));
    const found = await Promise.all(gone.map(([id]) => this.repository.find(id, {})));
    return found.filter((call) => call !== undefined);
  }
}
