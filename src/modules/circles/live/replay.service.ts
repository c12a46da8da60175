import { Injectable, Logger } from '@nestjs/common';
import { setTimeout as sleep } from 'node:timers/promises';
import { isDatabaseUnavailable } from '../../../common/errors/database-unavailable.js';
import { AppConfig } from '../../../config/app-config.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { Hub } from '../../realtime/hub.js';
import { type ConversationFeed } from '../messages/conversation-feed.js';
import { MessagesRepository } from '../messages/messages.repository.js';
import { Senders } from '../messages/senders.service.js';
import { type CirclesConnection } from './socket-state.js';

const PAGE_MESSAGES = 200;
/** The next message of a replay waits until no more than this waits for the reader. */
const AHEAD_BYTES = 65_536;
const STEP_MS = 5;

/** What a client that comes back with its last message is told, and from where it is replayed. */
export interface Missed {
  readonly recovered: boolean;
  readonly count: number;
  readonly from: number;
}

/** Brings sockets that come back up to date, at their own pace, and lets them into the live conversation. */
@Injectable()
export class Replay {
  private readonly logger = new Logger(Replay.name);

  constructor(
    private readonly repository: MessagesRepository,
    private readonly senders: Senders,
    private readonly hub: Hub,
    private readonly config: AppConfig,
  ) {}

  /** What cannot be recovered: too much, or messages that are still to come. @param head id of the newest message */
  async decide(conversationId: number, after: number, head: number): Promise<Missed> {
    const most = this.config.limits.recoveryMessages;
    const count = after <= head ? await this.repository.count(conversationId, after, head, most + 1) : most + 1;
    return count > most ? { recovered: false, count: 0, from: head } : { recovered: true, count, from: after };
  }

  /** Replays what is behind `from`, then lets the socket hear what follows. Never throws. */
  async run(connection: CirclesConnection, feed: ConversationFeed, from: number, isIn: () => boolean): Promise<void> {
    feed.beginCatchUp();
    try {
      await this.catchUp(connection, feed, from, isIn);
    } catch (error) {
      if (!isDatabaseUnavailable(error)) {
        this.logger.error({ msg: 'a replay failed', connectionId: connection.id, stack: (error as Error).stack });
      }
      // It has been told that it hears everything: it has to come back.
      connection.close(DISCONNECT.tryLater);
    } finally {
      feed.caughtUp();
    }
  }

  private async catchUp(
    connection: CirclesConnection,
    feed: ConversationFeed,
    from: number,
    isIn: () => boolean,
  ): Promise<void> {
    let at = from;
    while (isIn()) {
      const joined = feed.join(connection, at);
      if (joined !== false) {
        await joined;
        return;
      }
      // Everything the feed has told was committed before the page is read.
      const { position } = feed;
      const rows = await this.repository.page(feed.conversationId, { order: 'ascending', from: at }, PAGE_MESSAGES);
      for (const event of await this.senders.events(rows, at)) {
        await this.whenReady(connection);
        if (!isIn()) return;
        this.hub.sendTo(connection, event);
        at = event.message.id;
      }
      if (rows.length < PAGE_MESSAGES) at = Math.max(at, position);
      if (at > feed.position) await feed.reach(at);
    }
  }

  private async whenReady(connection: CirclesConnection): Promise<void> {
    while (connection.queuedBytes > AHEAD_BYTES && !connection.closed) await sleep(STEP_MS);
  }
}
