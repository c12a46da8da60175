import { Injectable } from '@nestjs/common';
import { GroupCommit } from '../../durable-log/group-commit.js';
import { Lifecycle } from '../../health/lifecycle.js';
import { SocketMetrics } from '../../observability/socket-metrics.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { storedChannel } from '../circles.channels.js';
import { type MessageEvent, type Sender } from '../circles.events.js';
import { type Appended, type NewMessage } from './message-append.js';
import { MessagesRepository } from './messages.repository.js';
import { Senders } from './senders.service.js';

/** Called once a message is committed, before its readers are told: the place to answer the sender. */
export type Committed = (appended: Appended) => void;

interface Stored {
  readonly appended: Appended;
  /** `undefined` when it could not be read. */
  readonly sender: Sender | null | undefined;
}

// Characters stand in for bytes. Senders are not slowed down, since each connection has few messages in progress.
const BATCH = { items: 1_000, size: 2_097_152 };
const WAITING = { crowded: 67_108_864, full: 67_108_864 };

/**
 * Stores messages in batches. Only after the commit is the sender answered, and then the readers told. Per
 * conversation, this node announces messages in the order of their ids.
 */
@Injectable()
export class ConversationLog {
  private readonly commits: GroupCommit<NewMessage, Stored>;

  constructor(
    private readonly repository: MessagesRepository,
    private readonly senders: Senders,
    private readonly hub: Hub,
    lifecycle: Lifecycle,
    metrics: SocketMetrics,
  ) {
    this.commits = new GroupCommit<NewMessage, Stored>({
      store: (batch) => this.store(batch),
      committed: (message, stored) => {
        this.tell(message, stored);
      },
      orderOf: ({ conversationId }) => conversationId,
      identifierOf: ({ client, conversationId, author }) =>
        client ? `${conversationId} ${author.kind} ${author.id} ${client.id}` : undefined,
      sizeOf: ({ text }) => text.length,
      batch: BATCH,
      waiting: WAITING,
    });
    lifecycle.onDrain(() => this.commits.idle());
    metrics.registerQueues({ storeQueued: () => this.commits.waiting });
  }

  /**
   * Stores a message and tells the readers of its conversation.
   * @throws AppError `database_unavailable` when it may not be stored, `unavailable` when too much is waiting
   */
  async append(message: NewMessage, committed?: Committed): Promise<Appended> {
    return (await this.commits.append(message, ({ appended }) => committed?.(appended))).appended;
  }

  /** See `GroupCommit.answered`. */
  answered(conversation: number): Promise<void> | undefined {
    return this.commits.answered(conversation);
  }

  private async store(batch: readonly NewMessage[]): Promise<Stored[]> {
    const { results, authors } = await this.repository.append(batch);
    // If this fails, readers get the message all the same: feeds read from the database what was not announced.
    const senderOf = await this.senders.ofAuthors(authors).catch(() => undefined);
    return results.map((appended, index) => ({ appended, sender: senderOf?.((batch[index] as NewMessage).author) }));
  }

  private tell(message: NewMessage, { appended, sender }: Stored): void {
    if (appended.outcome === 'stored' && sender !== undefined) {
      this.hub.signal(storedChannel(message.conversationId), eventOf(message, appended, sender));
    }
  }
}

function eventOf(message: NewMessage, appended: Appended, sender: Sender | null): MessageEvent {
  const { messageId, linkId, previousId, sentAt, media } = appended;
  return {
    type: 'circles.message',
    message: {
      id: messageId,
      conversationId: message.conversationId,
      linkId,
      content: message.text,
      sentAt: sentAt.getTime(),
      media: media.map((each) => ({ ...each, filename: null, uploaded: false })),
      clientMessageId: message.client?.id ?? null,
    },
    sender,
    status: media.length > 0 ? 'pending' : 'done',
    previousId,
  };
}
