import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock.js';
import { type FeedReader, Feeds, type FeedSource } from '../console/feeds.service.js';
import { type FeedWish } from '../console/console.events.js';
import { MetricsHistory } from './metrics-history.service.js';
import { MAX_MINUTES, STEP_SECONDS } from './status/metrics-ring.service.js';

const STEP_MS = STEP_SECONDS * 1_000;
/** By then all nodes have taken their sample. */
const GRACE_MS = 500;
/** Steps per frame; a node that was late with one appears in the next frame. */
const STEPS = 2;

/** The samples of all nodes, for consoles. The nodes are asked once per step, however many consoles follow. */
@Injectable()
export class OverviewFeed implements FeedSource {
  readonly needs = 'viewer';
  private readonly readers = new Set<FeedReader>();
  /** The last step that was sent. */
  private told = 0;

  constructor(
    private readonly feeds: Feeds,
    private readonly history: MetricsHistory,
    private readonly clock: Clock,
  ) {
    feeds.know('overview', this);
  }

  async open(reader: FeedReader, { after }: FeedWish): Promise<() => void> {
    const newest = this.newest();
    const most = (MAX_MINUTES * 60) / STEP_SECONDS;
    const missed = after === undefined ? most : newest - Math.floor(after / STEP_MS);
    const steps = Math.min(most, Math.max(0, missed));
    if (steps > 0) reader.tell({ type: 'samples', samples: await this.history.upTo(newest, steps) });
    if (this.readers.size === 0) this.told = newest;
    return this.feeds.join(this.readers, reader, this.look);
  }

  /** The latest step that every node has. */
  private newest(): number {
    return Math.floor((this.clock.now() - GRACE_MS) / STEP_MS);
  }

  private readonly look = async (): Promise<void> => {
    const newest = this.newest();
    if (newest === this.told) return;
    const steps = Math.max(STEPS, Math.min(newest - this.told + 1, (MAX_MINUTES * 60) / STEP_SECONDS));
    this.told = newest;
    const samples = await this.history.upTo(newest, steps);
    for (const reader of this.readers) reader.tell({ type: 'samples', samples });
  };
}
