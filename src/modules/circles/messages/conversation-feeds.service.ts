import { Injectable, type OnModuleDestroy } from '@nestjs/common';
import { Hub } from '../../realtime/hub.js';
import { storedChannel } from '../circles.channels.js';
import { ConversationFeed } from './conversation-feed.js';
import { MessagesRepository } from './messages.repository.js';
import { Senders } from './senders.service.js';

/** How often the heads of the conversations that are listened to are looked at. */
const LOOK_MS = 1_000;

interface Held {
  readonly feed: ConversationFeed;
  readonly begun: Promise<void>;
}

/** The feeds of the conversations that have joined sockets on this node; like the hub, it knows this node alone. */
@Injectable()
export class ConversationFeeds implements OnModuleDestroy {
  private readonly feeds = new Map<number, Held>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly hub: Hub,
    private readonly repository: MessagesRepository,
    private readonly senders: Senders,
  ) {}

  /** Holds on to the conversation's feed, which hears from before this resolves. Undone by `release`. */
  async hold(conversationId: number): Promise<ConversationFeed> {
    let held = this.feeds.get(conversationId);
    if (held === undefined) {
      const feed = new ConversationFeed(conversationId, this.hub, (id, after, take) => this.read(id, after, take));
      held = { feed, begun: this.begin(feed) };
      this.feeds.set(conversationId, held);
      this.timer ??= setInterval(() => void this.look(), LOOK_MS).unref();
    }
    held.feed.holders++;
    try {
      await held.begun;
    } catch (error) {
      this.release(conversationId);
      throw error;
    }
    return held.feed;
  }

  release(conversationId: number): void {
    const held = this.feeds.get(conversationId);
    if (!held || --held.feed.holders > 0) return;
    this.feeds.delete(conversationId);
    this.hub.detach(held.feed);
  }

  /**
   * What to wait for until the sockets of this node have been told everything up to message `id`, which is stored;
   * `undefined` when they have. @throws when the database is away
   */
  reach(conversationId: number, id: number): undefined | Promise<void> {
    const feed = this.feeds.get(conversationId)?.feed;
    return feed === undefined || feed.position >= id ? undefined : feed.reach(id);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  /** It listens first and looks then, so nothing falls in between. */
  private async begin(feed: ConversationFeed): Promise<void> {
    await this.hub.subscribe(feed, storedChannel(feed.conversationId));
    const heads = await this.repository.heads([feed.conversationId]);
    feed.begin(heads.get(feed.conversationId) ?? 0);
  }

  private async read(conversationId: number, after: number, take: number) {
    const rows = await this.repository.page(conversationId, { order: 'ascending', from: after }, take);
    return this.senders.events(rows, after);
  }

  /** One question for all conversations, and none while the last one is unanswered. */
  private async look(): Promise<void> {
    if (this.looking || this.feeds.size === 0) return;
    this.looking = true;
    try {
      const heads = await this.repository.heads([...this.feeds.keys()]);
      for (const [id, head] of heads) this.feeds.get(id)?.feed.headIs(head);
    } catch {
      // The database is away: nothing is stored meanwhile, and the next look finds out.
    } finally {
      this.looking = false;
    }
  }
}
