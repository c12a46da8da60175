import { type LogHead, type LogKind } from '../../durable-log/log-kind.js';
import { conversationChannel, storedChannel } from '../circles.channels.js';
import { type MessageEvent } from '../circles.events.js';
import { type ConversationLog } from './conversation-log.service.js';
import { type MessagesRepository } from './messages.repository.js';
import { type Senders } from './senders.service.js';

/** Messages that one read returns at most. */
const PAGE_MESSAGES = 200;

/** Messages of conversations: ids ascend, and each message has the id of the one before it. Any may be deleted. */
export class ConversationLogKind implements LogKind<MessageEvent> {
  readonly stored = storedChannel;
  readonly readers = conversationChannel;

  constructor(
    private readonly repository: MessagesRepository,
    private readonly senders: Senders,
    private readonly log: ConversationLog,
  ) {}

  positionOf({ message }: MessageEvent): number {
    return message.id;
  }

  epochOf(): string {
    return '';
  }

  sizeOf({ message }: MessageEvent): number {
    return message.content.length;
  }

  follows({ previousId }: MessageEvent, id: number): boolean {
    return previousId <= id;
  }

  /** Messages that are missing were deleted. */
  passOver(_id: number, end: number): number {
    return end;
  }

  async page(conversation: number, after: number): Promise<MessageEvent[]> {
    const rows = await this.repository.page(conversation, { order: 'ascending', from: after }, PAGE_MESSAGES);
    await this.log.answered(conversation);
    return this.senders.events(rows, after);
  }

  async heads(conversations: readonly number[]): Promise<ReadonlyMap<number, LogHead>> {
    const heads = await this.repository.heads(conversations);
    return new Map([...heads].map(([id, last]) => [id, { epoch: '', last, floor: 0 }]));
  }
}
