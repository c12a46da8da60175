import { Injectable } from '@nestjs/common';
import { type LogHead } from '../../durable-log/log-kind.js';
import { AppConfig } from '../../../config/app-config.js';
import { principalOf, type RoomConnection, type SeatRequest } from '../room-connection.js';
import { RoomFeeds } from '../log/room-feeds.service.js';

/** What a client returning with its last offset is told, and where its replay starts. */
export interface Recovery {
  readonly recovered: boolean;
  readonly from: number;
}

/** Decides which missed messages returning readers can be sent, and sends them. */
@Injectable()
export class RoomRecovery {
  constructor(
    private readonly feeds: RoomFeeds,
    private readonly config: AppConfig,
  ) {}

  /** Recovery is impossible when messages are partly gone, the epoch has changed, or too many were missed. */
  decide({ after, epoch }: SeatRequest, head: LogHead): Recovery {
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

  /** Replays what `connection` missed after `from`, then subscribes it to what follows. Never throws. */
  async replay(connection: RoomConnection, from: number): Promise<void> {
    const principal = principalOf(connection);
    const feed = principal?.hasFeed ? this.feeds.get(principal.roomId) : undefined;
    if (feed) await this.feeds.catchUp.run(connection, feed, from, () => !connection.closed);
  }
}
