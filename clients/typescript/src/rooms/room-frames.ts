import { type JsonObject } from '../json.js';

/** A place in what a durable room keeps. */
export interface Position {
  readonly offset: number;
  readonly epoch: string;
}

export interface RoomMessage {
  readonly message: unknown;
  /** Of the endpoint that said it. */
  readonly identity: string;
  readonly timestamp: string;
  /** In durable rooms, with `epoch`. */
  readonly offset?: number;
  readonly epoch?: string;
}

export interface Recovered {
  /** Whether everything since the last message follows, once and in order; otherwise some of it may be lost. */
  readonly recovered: boolean;
  /** Offset of the room's newest message. */
  readonly offset: number;
  /** Empty where the room keeps nothing. */
  readonly epoch: string;
}

export interface Present {
  readonly identity: string;
  readonly permissions: string;
  readonly connectedAt: string;
}

/** Where a follower of a room begins: a saved place, or the oldest message kept. */
export type StartAt = Position | 'beginning';

/** Of a message that the server has. */
export interface Receipt {
  /** Place in a durable room. */
  readonly offset?: number;
  readonly epoch?: string;
}

export function isMessage(frame: JsonObject): frame is JsonObject & RoomMessage {
  return 'message' in frame && typeof frame['identity'] === 'string';
}

export function isRecovered(frame: JsonObject): frame is JsonObject & Recovered {
  const { recovered, offset, epoch } = frame;
  return typeof recovered === 'boolean' && typeof offset === 'number' && typeof epoch === 'string';
}

/** Follows the place of one reader in a room, and says what it may pass on. */
export class PlaceInRoom {
  private place: Position | undefined;
  /** Whether a gap since the last message would be one. */
  private following: boolean;

  constructor(private readonly start: StartAt | undefined) {
    this.following = start !== undefined;
    if (start !== 'beginning') this.place = start;
  }

  get position(): Position | undefined {
    return this.place;
  }

  /** Parameters of the next connection. One that is empty asks where the room stands. */
  query(): Record<string, string> {
    if (this.place !== undefined) return { after: String(this.place.offset), epoch: this.place.epoch };
    return { after: this.start === 'beginning' ? '0' : '' };
  }

  /** @returns whether it is a recovery that the caller asked for or that a lost connection made necessary */
  recovered({ recovered, offset, epoch }: Recovered): boolean {
    const wanted = this.following;
    this.following = true;
    if (!recovered) this.place = epoch === '' ? undefined : { offset, epoch };
    else this.place ??= { offset: 0, epoch };
    return wanted;
  }

  /** @returns false for what was heard before */
  heard({ offset, epoch }: RoomMessage): boolean {
    if (offset === undefined || epoch === undefined) return true;
    if (this.place?.epoch === epoch && offset <= this.place.offset) return false;
    this.place = { offset, epoch };
    return true;
  }
}
