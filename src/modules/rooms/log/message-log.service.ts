import { Injectable } from '@nestjs/common';
import { GroupCommit } from '../../durable-log/group-commit.js';
import { Lifecycle } from '../../health/lifecycle.js';
import { SocketMetrics } from '../../observability/socket-metrics.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type AppendResult, MessageLogRepository, type NewMessage } from './message-log.repository.js';
import { asciiJson } from '../../../common/json/ascii-json.js';
import { logChannel } from '../rooms.channels.js';
import { type StoredMessageEvent } from '../rooms.events.js';

/** Sizes are in characters. */
const BATCH = { items: 2_000, size: 4_194_304 };
const WAITING = { crowded: 16_777_216, full: 134_217_728 };

/**
 * Stores messages in batches. After the commit, first the publisher is answered, then the readers are told. Per room,
 * this node announces messages in the order of their offsets.
 */
@Injectable()
export class MessageLog {
  private readonly commits: GroupCommit<NewMessage, AppendResult>;

  constructor(repository: MessageLogRepository, hub: Hub, lifecycle: Lifecycle, metrics: SocketMetrics) {
    this.commits = new GroupCommit<NewMessage, AppendResult>({
      store: (batch) => repository.append(batch),
      committed: (message, result) => {
        if (result.outcome === 'stored') hub.signal(logChannel(message.roomId), storedEvent(message, result));
      },
      orderOf: ({ roomId }) => roomId,
      identifierOf: ({ key, roomId }) => key && `${roomId}:${key.scope}:${key.key.toString('latin1')}`,
      sizeOf: ({ message }) => message.length,
      batch: BATCH,
      waiting: WAITING,
    });
    lifecycle.onDrain(() => this.commits.idle());
    metrics.registerQueues({ storeQueued: () => this.commits.waiting });
  }

  /** Whether so much waits that publishers had better wait too. */
  get crowded(): boolean {
    return this.commits.crowded;
  }

  /**
   * Stores a message of a durable room and tells its readers.
   * @param answer called before the readers are told
   * @throws AppError `database_unavailable` when it may not have been stored, `unavailable` when too much waits
   */
  append(message: NewMessage, answer?: (result: AppendResult) => void): Promise<AppendResult> {
    return this.commits.append(message, answer);
  }

  /** See `GroupCommit.answered`. */
  answered(roomId: number): Promise<void> | undefined {
    return this.commits.answered(roomId);
  }
}

function storedEvent(
  { message, identity, timestamp }: NewMessage,
  { offset, epoch }: AppendResult,
): StoredMessageEvent {
  return { type: 'rooms.message', message, identity: asciiJson(identity), timestamp, place: { offset, epoch } };
}
