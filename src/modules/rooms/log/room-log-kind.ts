import { type LogHead, type LogKind } from '../../durable-log/log-kind.js';
import { type MessageLogRepository, type StoredMessage } from './message-log.repository.js';
import { type MessageLog } from './message-log.service.js';
import { asciiJson } from '../../../common/json/ascii-json.js';
import { logChannel, readersChannel } from '../rooms.channels.js';
import { type StoredMessageEvent } from '../rooms.events.js';

/** Limits of one read. */
const PAGE_MESSAGES = 500;
const PAGE_BYTES = 262_144;

/** Messages of durable rooms: offsets without gaps, and a new epoch whenever the log starts over. */
export class RoomLogKind implements LogKind<StoredMessageEvent> {
  readonly stored = logChannel;
  readonly readers = readersChannel;

  constructor(
    private readonly repository: MessageLogRepository,
    private readonly log: MessageLog,
  ) {}

  positionOf({ place }: StoredMessageEvent): number {
    return place.offset;
  }

  epochOf({ place }: StoredMessageEvent): string {
    return place.epoch;
  }

  sizeOf({ message }: StoredMessageEvent): number {
    return message.length;
  }

  follows({ place }: StoredMessageEvent, offset: number): boolean {
    return place.offset === offset + 1;
  }

  /** Only the oldest messages are ever removed, so a reader that finds none has lost some. */
  passOver(): undefined {
    return undefined;
  }

  async page(room: number, after: number, epoch: string): Promise<StoredMessageEvent[]> {
    const page = await this.repository.page(room, after, PAGE_MESSAGES, PAGE_BYTES);
    await this.log.answered(room);
    return page.map((message) => eventOf(message, epoch));
  }

  heads(rooms: readonly number[]): Promise<ReadonlyMap<number, LogHead>> {
    return this.repository.heads(rooms);
  }
}

function eventOf({ offset, timestamp, identity, message }: StoredMessage, epoch: string): StoredMessageEvent {
  return { type: 'rooms.message', message, identity: asciiJson(identity), timestamp, place: { offset, epoch } };
}
