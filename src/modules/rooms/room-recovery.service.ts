import { Injectable, Logger } from '@nestjs/common';
import { isDatabaseUnavailable } from '../../common/errors/database-unavailable.js';
import { AppConfig } from '../../config/app-config.js';
import { DISCONNECT } from '../realtime/disconnect-reason.js';
import { Hub } from '../realtime/hub.js';
import { MessageLogRepository } from './message-log.repository.js';
import { type Head, principalOf, type RoomConnection, type SeatRequest } from './room-connection.js';
import { eventOf, type RoomFeed } from './room-feed.js';
import { RoomFeeds } from './room-feeds.service.js';

const PAGE_MESSAGES = 500;
const PAGE_BYTES = 262_144;
/** The next message of a replay waits until no more than this waits for the reader. */
const AHEAD_BYTES = 16_384;

/** What a client that comes back with its last offset is told, and from where it is replayed. */
export interface Recovery {
  readonly recovered: boolean;
  readonly from: number;
}

/** Brings readers that come back up to date, at the pace of their socket, and lets them into the live feed. */
@Injectable()
export class RoomRecovery {
  private readonly logger = new Logger(RoomRecovery.name);

  constructor(
    private readonly log: MessageLogRepository,
    private readonly feeds: RoomFeeds,
    private readonly hub: Hub,
    private readonly config: AppConfig,
  ) {}

  /** Decides what can be recovered: nothing that is partly gone, of another epoch, or too much. */
  decide({ after, epoch }: SeatRequest, head: Head): Recovery {
    const lost = { recovered: false, from: head.last };
    const known = /^\d{1,15}$/.test(after ?? '') ? Number(after) : undefined;
    if (known === undefined) return lost;
    const fromOldest = known === 0 && (epoch === undefined || epoch === '');
    if (!fromOldest && epoch !== head.epoch) return lost;
    const from = fromOldest ? head.floor : known;
    const missed = head.last - from;
    if (from < head.floor || missed < 0 || missed > this.config.limits.recoveryMessages) return lost;
    return { recovered: true, from };
  }

  /** Replays what `connection` has missed since `from`, then lets it hear what follows. Never throws. */
  async replay(connection: RoomConnection, from: number): Promise<void> {
    const principal = principalOf(connection);
    const feed = principal?.hasFeed ? this.feeds.get(principal.roomId) : undefined;
    if (!feed) return;
    feed.beginCatchUp();
    try {
      await this.catchUp(connection, feed, from);
    } catch (error) {
      if (!isDatabaseUnavailable(error)) {
        this.logger.error({ msg: 'a replay failed', connectionId: connection.id, stack: (error as Error).stack });
      }
      connection.close(DISCONNECT.tryLater);
    } finally {
      feed.caughtUp();
    }
  }

  private async catchUp(connection: RoomConnection, feed: RoomFeed, from: number): Promise<void> {
    const { epoch } = feed;
    const isGone = () => connection.closed;
    let at = from;
    while (!isGone()) {
      await connection.whenDrained();
      if (isGone() || feed.join(connection, at)) return;
      const isBehind = feed.isPast(at);
      const page = await this.log.page(feed.roomId, at, PAGE_MESSAGES, PAGE_BYTES);
      if (feed.epoch !== epoch || (page.length === 0 && isBehind)) break;
      if (page.length === 0) {
        await feed.reach(at);
        continue;
      }
      for (const message of page) {
        const { queuedBytes } = connection;
        if (queuedBytes > 0 && queuedBytes + message.message.length > AHEAD_BYTES) await connection.whenDrained();
        if (isGone() || message.offset !== at + 1) break;
        this.hub.sendTo(connection, eventOf(message, epoch));
        at = message.offset;
      }
      if (page.at(-1)?.offset !== at) break;
    }
    // What it has still to be told is gone: it has to start anew.
    connection.close(DISCONNECT.slowConsumer);
  }
}
