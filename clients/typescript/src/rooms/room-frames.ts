import { type RoomsAcked, type RoomsMember, type RoomsMessage, type RoomsRecovered } from '../generated/frames.gen.js';
import { type JsonObject } from '../json.js';

/** `offset` and `epoch` are present in durable rooms. */
export type RoomMessage = RoomsMessage;

/**
 * Whether everything since the last message follows, once and in order; otherwise some of it may be lost. `offset` is
 * that of the room's newest message; `epoch` is empty where the room keeps nothing.
 */
export type Recovered = RoomsRecovered;
export type Present = RoomsMember;

/** A position in the messages that a durable room keeps. */
export type Position = Pick<RoomsRecovered, 'offset' | 'epoch'>;

/** Where to start in a room: a saved position, or the oldest message kept. */
export type StartAt = Position | 'beginning';

/** For a message that the server has: its position, in a durable room. */
export type Receipt = Omit<RoomsAcked, 'ack'>;

export function isMessage(frame: JsonObject): frame is JsonObject & RoomMessage {
  return 'message' in frame && typeof frame['identity'] === 'string';
}

export function isRecovered(frame: JsonObject): frame is JsonObject & Recovered {
  const { recovered, offset, epoch } = frame;
  return typeof recovered === 'boolean' && typeof offset === 'number' && typeof epoch === 'string';
}

/** Tracks one reader's position in a room, and decides what to pass on. */
export class PlaceInRoom {
  private place: Position | undefined;
  /** Whether the reader expects no gap since the last message. */
  private following: boolean;

  constructor(private readonly start: StartAt | undefined) {
    this.following = start !== undefined;
    if (start !== 'beginning') this.place = start;
  }

  get position(): Position | undefined {
    return this.place;
  }

  /** Parameters of the next connection. An empty one asks for the room's current position. */
  query(): Record<string, string> {
    if (this.place !== undefined) return { after: String(this.place.offset), epoch: this.place.epoch };
    return { after: this.start === 'beginning' ? '0' : '' };
  }

  /** @returns whether the caller asked for this recovery, or a lost connection made it necessary */
  recovered({ recovered, offset, epoch }: Recovered): boolean {
    const wanted = this.following;
    this.following = true;
    if (!recovered) this.place = epoch === '' ? undefined : { offset, epoch };
    else this.place ??= { offset: 0, epoch };
    return wanted;
  }

  /** @returns false for a message heard before */
  heard({ offset, epoch }: RoomMessage): boolean {
    if (offset === undefined || epoch === undefined) return true;
    if (this.place?.epoch === epoch && offset <= this.place.offset) return false;
    this.place = { offset, epoch };
    return true;
  }
}
