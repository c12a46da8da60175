import { Injectable } from '@nestjs/common';
import { AppConfig } from '../../../config/app-config.js';
import { type OrderedFeed } from '../../durable-log/ordered-feed.js';
import { type MessageEvent } from '../circles.events.js';
import { ConversationFeeds } from '../messages/conversation-feeds.service.js';
import { MessagesRepository } from '../messages/messages.repository.js';
import { type CirclesConnection } from './socket-state.js';

/** What a client that comes back with its last message id is told, and where the replay begins. */
export interface Missed {
  readonly recovered: boolean;
  readonly count: number;
  readonly from: number;
}

/** Decides what returning sockets can be told of what they missed, and replays it. */
@Injectable()
export class ConversationRecovery {
  constructor(
    private readonly feeds: ConversationFeeds,
    private readonly repository: MessagesRepository,
    private readonly config: AppConfig,
  ) {}

  /** Not recoverable: too many messages, or an `after` that does not exist yet. @param head id of the newest message */
  async decide(conversationId: number, after: number, head: number): Promise<Missed> {
    const most = this.config.limits.recoveryMessages;
    const count = after <= head ? await this.repository.count(conversationId, after, head, most + 1) : most + 1;
    return count > most ? { recovered: false, count: 0, from: head } : { recovered: true, count, from: after };
  }

  /** Replays what comes after `from`, then subscribes the socket to what follows. Never throws. */
  replay(
    connection: CirclesConnection,
    feed: OrderedFeed<MessageEvent>,
    from: number,
    isIn: () => boolean,
  ): Promise<void> {
    return this.feeds.catchUp.run(connection, feed, from, isIn);
  }
}
