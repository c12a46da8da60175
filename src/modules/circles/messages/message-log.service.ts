import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../../common/errors/app-error.js';
import { isDatabaseUnavailable } from '../../../common/errors/database-unavailable.js';
import { Lifecycle } from '../../health/lifecycle.js';
import { Hub } from '../../realtime/hub.js';
import { storedChannel } from '../circles.channels.js';
import { type MessageEvent, type Sender } from '../circles.events.js';
import { type Appended, MessagesRepository, type NewMessage } from './messages.repository.js';
import { Senders } from './senders.service.js';

/** Called once a message is committed, before its readers are told: the place for the sender's answers. */
export type Committed = (appended: Appended) => void;

interface Entry {
  readonly message: NewMessage;
  /** Of its client's id, within a batch. */
  readonly identifier: string | undefined;
  readonly committed: Committed | undefined;
  readonly resolve: (appended: Appended) => void;
  readonly reject: (error: Error) => void;
}

interface StoredBatch {
  readonly results: readonly Appended[];
  readonly senderOf: ((author: NewMessage['author']) => Sender | null) | undefined;
}

/** One statement takes at most so many messages, and so many characters. */
const BATCH_MESSAGES = 1_000;
const BATCH_LENGTH = 2_097_152;
/** Characters; above this senders are refused. */
const FULL_LENGTH = 67_108_864;

/**
 * The way of messages into the database: what comes together is stored together, in order. While one batch is being
 * stored the next one gathers, so an idle server stores a message in one round trip and a busy one hundreds.
 *
 * A sender is answered, and then the readers are told, only after the commit. Per conversation this node tells messages
 * in the order of their ids.
 */
@Injectable()
export class MessageLog {
  private readonly logger = new Logger(MessageLog.name);
  private waiting: Entry[] = [];
  private waitingLength = 0;
  private working = false;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly repository: MessagesRepository,
    private readonly senders: Senders,
    private readonly hub: Hub,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onDrain(() => this.idle());
  }

  /**
   * Stores a message and tells the readers of its conversation.
   * @throws AppError `database_unavailable` when it is not known to be stored, `unavailable` when too much waits
   */
  append(message: NewMessage, committed?: Committed): Promise<Appended> {
    if (this.waitingLength > FULL_LENGTH) {
      return Promise.reject(new AppError('unavailable', 'Too many messages wait to be stored; try again soon.'));
    }
    return new Promise((resolve, reject) => {
      const { client, conversationId, author } = message;
      const identifier = client ? `${conversationId} ${author.kind} ${author.id} ${client.id}` : undefined;
      this.waiting.push({ message, identifier, committed, resolve, reject });
      this.waitingLength += message.text.length;
      if (this.working) return;
      this.working = true;
      // What else arrives in this turn goes along.
      setImmediate(() => void this.work());
    });
  }

  /** Resolves when nothing waits to be stored. */
  idle(): Promise<void> {
    if (!this.working) return Promise.resolve();
    return new Promise((resolve) => this.idleWaiters.push(resolve));
  }

  private async work(): Promise<void> {
    while (this.waiting.length > 0) {
      let batch = this.takeBatch();
      let storing = this.store(batch);
      while (batch.length > 0) {
        const stored = await storing;
        const done = batch;
        if (stored instanceof Error) await this.failed(done, stored);
        // The database works on the next batch while this one is answered.
        batch = this.takeBatch();
        if (batch.length > 0) storing = this.store(batch);
        if (!(stored instanceof Error)) this.settle(done, stored);
      }
    }
    this.working = false;
    for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  /** The oldest messages; of those with the same id of a client the first one, the others wait to be recognised. */
  private takeBatch(): Entry[] {
    const batch: Entry[] = [];
    const repetitions: Entry[] = [];
    const seen = new Set<string>();
    let length = 0;
    let taken = 0;
    for (const entry of this.waiting) {
      const size = entry.message.text.length;
      if (batch.length === BATCH_MESSAGES || (batch.length > 0 && length + size > BATCH_LENGTH)) break;
      taken++;
      if (entry.identifier !== undefined && seen.has(entry.identifier)) {
        repetitions.push(entry);
        continue;
      }
      if (entry.identifier !== undefined) seen.add(entry.identifier);
      batch.push(entry);
      length += size;
    }
    this.waiting = repetitions.concat(this.waiting.slice(taken));
    this.waitingLength -= length;
    return batch;
  }

  /** Never rejects. */
  private async store(batch: readonly Entry[]): Promise<StoredBatch | Error> {
    try {
      const [results, senderOf] = await Promise.all([
        this.repository.append(batch.map(({ message }) => message)),
        // Without it the readers are told all the same: the feeds find in the database what nobody told them.
        this.senders.load(batch.map(({ message }) => message.author)).catch(() => undefined),
      ]);
      return { results, senderOf };
    } catch (error) {
      return error instanceof Error ? error : new Error(String(error));
    }
  }

  private settle(batch: readonly Entry[], { results, senderOf }: StoredBatch): void {
    for (const [index, { message, committed, resolve }] of batch.entries()) {
      const appended = results[index];
      if (appended === undefined) continue;
      this.answer(appended, committed);
      if (appended.outcome === 'stored' && senderOf) {
        this.hub.signal(storedChannel(message.conversationId), eventOf(message, appended, senderOf(message.author)));
      }
      resolve(appended);
    }
  }

  private answer(appended: Appended, committed: Committed | undefined): void {
    try {
      committed?.(appended);
    } catch (error) {
      this.logger.error({ msg: 'a sender could not be answered', stack: (error as Error).stack });
    }
  }

  private async failed(batch: readonly Entry[], error: unknown): Promise<void> {
    if (isDatabaseUnavailable(error)) {
      this.logger.warn(`${batch.length} messages could not be stored because the database is away`);
      // The connection may have broken after the commit.
      const detail = 'The database does not answer; it is not known whether the message was stored.';
      for (const { reject } of batch) reject(new AppError('database_unavailable', detail, { cause: error }));
      return;
    }
    if (batch.length > 1) {
      // One that cannot be stored must not take the others along.
      for (const entry of batch) {
        const stored = await this.store([entry]);
        if (stored instanceof Error) await this.failed([entry], stored);
        else this.settle([entry], stored);
      }
      return;
    }
    for (const { reject } of batch) {
      reject(new AppError('internal_error', 'The message could not be stored.', { cause: error }));
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
