import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Hub } from '../realtime/hub.js';
import { MessageLogRepository } from './message-log.repository.js';
import { type Head } from './room-connection.js';
import { RoomFeed } from './room-feed.js';
import { logChannel } from './rooms.channels.js';

/** How often the heads of the rooms that are listened to are looked at. */
const LOOK_MS = 1_000;

/** The feeds of the durable rooms that have readers on this node; like the hub, it knows this node alone. */
@Injectable()
export class RoomFeeds implements OnModuleDestroy {
  private readonly feeds = new Map<number, RoomFeed>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly hub: Hub,
    private readonly log: MessageLogRepository,
  ) {}

  /** Holds on to the room's feed, which begins behind `head` if it is new. Undone by `release`. */
  async hold(roomId: number, head: Head): Promise<RoomFeed> {
    let feed = this.feeds.get(roomId);
    if (feed) {
      feed.holders++;
      feed.headIs(head);
      return feed;
    }
    feed = new RoomFeed(roomId, head, this.hub, this.log);
    feed.holders = 1;
    this.feeds.set(roomId, feed);
    this.timer ??= setInterval(() => void this.look(), LOOK_MS).unref();
    await this.hub.subscribe(feed, logChannel(roomId));
    return feed;
  }

  get(roomId: number): RoomFeed | undefined {
    return this.feeds.get(roomId);
  }

  release(roomId: number): void {
    const feed = this.feeds.get(roomId);
    if (!feed || --feed.holders > 0) return;
    this.feeds.delete(roomId);
    this.hub.detach(feed);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** One question for all rooms, and none while the last one is unanswered. */
  private async look(): Promise<void> {
    if (this.looking || this.feeds.size === 0) return;
    this.looking = true;
    try {
      const heads = await this.log.heads([...this.feeds.keys()]);
      for (const [roomId, head] of heads) this.feeds.get(roomId)?.headIs(head);
    } catch {
      // The database is away: nothing is stored meanwhile, and the next look finds out.
    } finally {
      this.looking = false;
    }
  }
}
