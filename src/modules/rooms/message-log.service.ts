import { Injectable, Logger } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { isDatabaseUnavailable } from '../../common/errors/database-unavailable.js';
import { Lifecycle } from '../health/lifecycle.js';
import { Hub } from '../realtime/hub.js';
import { type AppendResult, MessageLogRepository, type NewMessage } from './message-log.repository.js';
import { asciiJson } from './room-connection.js';
import { logChannel } from './rooms.channels.js';
import { type StoredMessageEvent } from './rooms.events.js';

interface Entry {
  readonly message: NewMessage;
  /** Of its key, within a batch. */
  readonly identifier: string | undefined;
  readonly resolve: (result: AppendResult) => void;
  readonly reject: (error: Error) => void;
}

/** One statement takes at most so many messages, and as many bytes. */
const BATCH_MESSAGES = 2_000;
const BATCH_BYTES = 4_194_304;
/** Above this publishers are slowed down, */
const CROWDED_BYTES = 16_777_216;
/** and above this they are refused. */
const FULL_BYTES = 134_217_728;

/**
 * The way of messages into the database: what comes together is stored together, in order. While one batch is being
 * stored the next one gathers, so an idle server stores a message in one round trip and a busy one thousands.
 *
 * A message is told to the readers, and its publisher answered, only after the commit. Per room this node tells messages
 * in the order of their offsets.
 */
@Injectable()
export class MessageLog {
  private readonly logger = new Logger(MessageLog.name);
  private waiting: Entry[] = [];
  private waitingBytes = 0;
  private working = false;
  private idleWaiters: (() => void)[] = [];

  constructor(
    private readonly repository: MessageLogRepository,
    private readonly hub: Hub,
    lifecycle: Lifecycle,
  ) {
    lifecycle.onDrain(() => this.idle());
  }

  /** Whether so much waits that publishers had better wait, too. */
  get crowded(): boolean {
    return this.waitingBytes > CROWDED_BYTES;
  }

  /**
   * Stores a message of a durable room and tells its readers.
   * @throws AppError `database_unavailable` when it is not known to be stored, `unavailable` when too much waits
   */
  append(message: NewMessage): Promise<AppendResult> {
    if (this.waitingBytes > FULL_BYTES) {
      return Promise.reject(new AppError('unavailable', 'Too many messages wait to be stored; try again soon.'));
    }
    return new Promise((resolve, reject) => {
      const { key, roomId } = message;
      const identifier = key && `${roomId}:${key.scope}:${key.key.toString('latin1')}`;
      this.waiting.push({ message, identifier, resolve, reject });
      this.waitingBytes += message.message.length;
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
    while (this.waiting.length > 0) await this.store(this.takeBatch());
    this.working = false;
    for (const resolve of this.idleWaiters.splice(0)) resolve();
  }

  /** The oldest messages; of those with the same key the first one, the others wait to be recognised as repetitions. */
  private takeBatch(): Entry[] {
    const batch: Entry[] = [];
    const repetitions: Entry[] = [];
    const seen = new Set<string>();
    let bytes = 0;
    let taken = 0;
    for (const entry of this.waiting) {
      const { length } = entry.message.message;
      if (batch.length === BATCH_MESSAGES || (bytes > 0 && bytes + length > BATCH_BYTES)) break;
      taken++;
      if (entry.identifier !== undefined && seen.has(entry.identifier)) {
        repetitions.push(entry);
        continue;
      }
      if (entry.identifier !== undefined) seen.add(entry.identifier);
      batch.push(entry);
      bytes += length;
    }
    this.waiting = repetitions.concat(this.waiting.slice(taken));
    this.waitingBytes -= bytes;
    return batch;
  }

  private async store(batch: readonly Entry[]): Promise<void> {
    let results: AppendResult[];
    try {
      results = await this.repository.append(batch.map(({ message }) => message));
    } catch (error) {
      await this.failed(batch, error);
      return;
    }
    for (const [index, { message, resolve }] of batch.entries()) {
      const result = results[index] ?? { outcome: 'gone', offset: 0, epoch: '' };
      if (result.outcome === 'stored') this.hub.signal(logChannel(message.roomId), storedEvent(message, result));
      resolve(result);
    }
  }

  private async failed(batch: readonly Entry[], error: unknown): Promise<void> {
    if (isDatabaseUnavailable(error)) {
      this.logger.warn(`the database is away; messages not stored: ${batch.length}`);
      for (const { reject } of batch) {
        // The connection may have broken after the commit.
        reject(
          new AppError(
            'database_unavailable',
            'The database does not answer; it is not known whether the message was stored.',
            { cause: error },
          ),
        );
      }
      return;
    }
    if (batch.length > 1) {
      // One that cannot be stored must not take the others along.
      for (const entry of batch) await this.store([entry]);
      return;
    }
    for (const { reject } of batch) {
      reject(new AppError('internal_error', 'The message could not be stored.', { cause: error }));
    }
  }
}

function storedEvent(
  { message, identity, timestamp }: NewMessage,
  { offset, epoch }: AppendResult,
): StoredMessageEvent {
  return { type: 'rooms.message', message, identity: asciiJson(identity), timestamp, place: { offset, epoch } };
}
