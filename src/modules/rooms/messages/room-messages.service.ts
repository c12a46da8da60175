import { Injectable } from '@nestjs/common';
import { type LogHead } from '../../durable-log/log-kind.js';
import { AppError } from '../../../common/errors/app-error.js';
import { sha256 } from '../../../common/security/digest.js';
import { Clock } from '../../../common/time/clock.js';
import { type ApplicationPrincipal } from '../../auth/principals/application-principal.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { type MessageKey, MessageLogRepository, type StoredMessage } from '../log/message-log.repository.js';
import { MessageLog } from '../log/message-log.service.js';
import { asciiJson } from '../../../common/json/ascii-json.js';
import { readersChannel } from '../rooms.channels.js';
import { type MessagePlace, type RoomsEvent } from '../rooms.events.js';
import { Rooms } from '../directory/rooms.service.js';

/** Applications' idempotency keys are remembered for a day. */
const KEY_SECONDS = 86_400;
const APPLICATION_SCOPE = 0;
/** Limit for the messages of one page of history, in bytes; a page always has at least one message. */
const PAGE_BYTES = 4_194_304;

export interface PublishInput {
  /** JSON text. */
  readonly message: Buffer;
  readonly identity: string | undefined;
  readonly idempotencyKey: string | undefined;
}

export interface HistoryInput {
  readonly after: number;
  readonly epoch: string | undefined;
  readonly limit: number;
}

export interface HistoryPage {
  readonly messages: readonly StoredMessage[];
  readonly head: LogHead;
  /** Whether more messages follow the last one. */
  readonly hasMore: boolean;
}

/** What applications say in their rooms, and how they read what was said. */
@Injectable()
export class RoomMessages {
  constructor(
    private readonly rooms: Rooms,
    private readonly log: MessageLog,
    private readonly repository: MessageLogRepository,
    private readonly hub: Hub,
    private readonly clock: Clock,
  ) {}

  /**
   * @returns its place in a durable room, `null` in others
   * @throws AppError `not_found`, `conflict` when the idempotency key was used for another message
   */
  async publish(application: ApplicationPrincipal, name: string, input: PublishInput): Promise<MessagePlace | null> {
    const room = await this.rooms.get(application.applicationId, name);
    const { message, identity = application.label } = input;
    const key = keyOf(input, identity);
    if (room.durable) return this.publishDurable(room.id, message, identity, key);
    if (key) {
      const used = await this.repository.claimKey(room.id, key);
      if (used && !used.equals(key.digest)) throw mismatch();
      if (used) return null;
    }
    const event: RoomsEvent = {
      type: 'rooms.message',
      message,
      identity: asciiJson(identity),
      timestamp: this.clock.now(),
    };
    this.hub.publish(readersChannel(room.id), event);
    return null;
  }

  /**
   * Messages after an offset, ascending.
   * @throws AppError `not_found`, `room_not_durable`, `epoch_changed`
   */
  async history(applicationId: number, name: string, input: HistoryInput): Promise<HistoryPage> {
    const { room, head } = await this.rooms.getWithHead(applicationId, name);
    if (!room.durable || head === null) {
      throw new AppError('room_not_durable', 'This room keeps no messages; make it durable.');
    }
    if (input.epoch !== undefined && input.epoch !== head.epoch) {
      throw new AppError('epoch_changed', `The current epoch is ${head.epoch}; start over.`, {
        members: { epoch: head.epoch, offset: head.last },
      });
    }
    const { limit } = input;
    const after = Math.max(input.after, head.floor);
    const messages = await this.repository.page(room.id, after, limit, PAGE_BYTES);
    const last = messages.at(-1);
    return { messages, head, hasMore: last !== undefined && last.offset < head.last };
  }

  private async publishDurable(
    roomId: number,
    message: Buffer,
    identity: string,
    key: MessageKey | undefined,
  ): Promise<MessagePlace> {
    const timestamp = this.clock.now();
    const stored = await this.log.append({ roomId, message: message.toString('utf8'), identity, timestamp, key });
    const { outcome, offset, epoch } = stored;
    if (outcome === 'mismatch') throw mismatch();
    if (outcome === 'gone') throw new AppError('not_found', 'There is no such room.');
    return { offset, epoch };
  }
}

/** The digest covers the message and its identity. */
function keyOf({ message, idempotencyKey }: PublishInput, identity: string): MessageKey | undefined {
  if (idempotencyKey === undefined) return undefined;
  const digest = sha256(Buffer.concat([message, Buffer.from([0]), Buffer.from(identity)]));
  return { scope: APPLICATION_SCOPE, key: sha256(idempotencyKey), digest, lifeSeconds: KEY_SECONDS };
}

function mismatch(): AppError {
  return new AppError('conflict', 'This Idempotency-Key was used for another message.');
}
