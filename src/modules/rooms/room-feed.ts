import { type Channel } from '../realtime/channel.js';
import { type Connection, type EventEncoder, type HubEvent } from '../realtime/connection.js';
import { type Hub } from '../realtime/hub.js';
import { type MessageLogRepository, type StoredMessage } from './message-log.repository.js';
import { asciiJson, type Head, type RoomConnection } from './room-connection.js';
import { readersChannel } from './rooms.channels.js';
import { type StoredMessageEvent } from './rooms.events.js';

/** What one read of missed messages takes at most. */
const PAGE_MESSAGES = 500;
const PAGE_BYTES = 262_144;
/** Messages kept for readers that are about to catch up. */
const TAIL_MESSAGES = 1_000;
const TAIL_BYTES = 131_072;
/** Messages that came too early and are kept; what does not fit is read from the database. */
const EARLY_MESSAGES = 1_000;

const NO_FRAMES: EventEncoder = { encode: () => null };

/**
 * What the readers of one durable room on this node hear: every stored message once, in the order of offsets, whatever
 * the bus makes of it. It hears what the nodes say they stored; what is missing in between it reads from the database
 * before going on.
 */
export class RoomFeed implements Connection {
  readonly protocol = 'rooms';
  readonly encoder = NO_FRAMES;
  readonly principal = null;
  readonly closed = false;
  subscriptions: Set<Channel> | null = null;
  /** Readers that hold on to it. */
  holders = 0;
  /** Offset of the last message the readers were told. */
  private at: number;
  private current: string;
  /** Offset up to which there are messages, as far as is known. */
  private newest: number;
  private readonly early = new Map<number, StoredMessageEvent>();
  private readonly readers: Channel;
  private filling: Promise<void> | null = null;
  private catchingUp = 0;
  private tail: StoredMessageEvent[] = [];
  private tailBytes = 0;

  constructor(
    readonly roomId: number,
    head: Head,
    private readonly hub: Hub,
    private readonly log: MessageLogRepository,
  ) {
    this.at = this.newest = head.last;
    this.current = head.epoch;
    this.readers = readersChannel(roomId);
  }

  get id(): string {
    return `feed ${this.roomId}`;
  }

  get epoch(): string {
    return this.current;
  }

  /** Whether the readers have been told more than what is up to `offset`. */
  isPast(offset: number): boolean {
    return this.at > offset;
  }

  send(): void {
    // Nothing is published to it, only signalled.
  }

  close(): void {
    // It ends with its last reader.
  }

  /** Some node has stored a message. */
  signal(event: HubEvent): void {
    const stored = event as StoredMessageEvent;
    const { offset, epoch } = stored.place;
    if (epoch !== this.epoch) {
      void this.restart();
      return;
    }
    if (offset <= this.at) return;
    if (offset > this.newest) this.newest = offset;
    if (offset === this.at + 1) {
      this.tell(stored);
      this.tellEarly();
      return;
    }
    if (this.early.size < EARLY_MESSAGES) this.early.set(offset, stored);
    void this.fill();
  }

  /** The database says that the room's messages end here: a node may have died before it told what it stored. */
  headIs(head: Head): void {
    if (head.epoch !== this.epoch) this.adopt(head);
    if (head.last > this.newest) this.newest = head.last;
    if (this.newest > this.at) void this.fill();
  }

  /** Begins to keep what is told, so that `join` can bridge the last step of catching up. Undone by `caughtUp`. */
  beginCatchUp(): void {
    this.catchingUp++;
  }

  caughtUp(): void {
    if (--this.catchingUp > 0) return;
    this.tail = [];
    this.tailBytes = 0;
  }

  /**
   * Lets a reader that knows everything up to `offset` hear what follows, without gap and without repetition.
   * @returns false when it has to catch up first
   */
  join(connection: RoomConnection, offset: number): boolean {
    if (offset !== this.at) {
      const [first] = this.tail;
      if (first === undefined || first.place.offset > offset + 1 || offset > this.at) return false;
      for (const event of this.tail) if (event.place.offset > offset) this.hub.sendTo(connection, event);
    }
    void this.hub.subscribe(connection, this.readers);
    return true;
  }

  /** Resolves when the readers have been told everything up to `offset`, which is known to be stored. */
  async reach(offset: number): Promise<void> {
    if (offset > this.newest) this.newest = offset;
    while (this.at < offset) await this.fill();
  }

  /** Reads and tells what is missing. One at a time. @throws when the database is away */
  private fill(): Promise<void> {
    this.filling ??= this.readMissing().finally(() => {
      this.filling = null;
    });
    // Whoever does not wait does not care: the next look at the heads tries again.
    this.filling.catch(() => undefined);
    return this.filling;
  }

  private async readMissing(): Promise<void> {
    while (this.at < this.newest) {
      const { at, epoch } = this;
      const page = await this.log.page(this.roomId, at, PAGE_MESSAGES, PAGE_BYTES);
      if (epoch !== this.epoch) continue;
      for (const message of page) {
        // Swept away while they were missing: nobody can have them any more.
        if (message.offset > this.at + 1 && this.at === at) this.at = message.offset - 1;
        if (message.offset === this.at + 1) this.tell(eventOf(message, this.epoch));
      }
      this.tellEarly();
      if (page.length === 0 && this.at === at) this.at = this.newest;
    }
  }

  private async restart(): Promise<void> {
    const head = (await this.log.heads([this.roomId]).catch(() => undefined))?.get(this.roomId);
    if (head) this.headIs(head);
  }

  private adopt(head: Head): void {
    this.current = head.epoch;
    this.at = head.floor;
    this.newest = head.last;
    this.early.clear();
    this.tail = [];
    this.tailBytes = 0;
  }

  private tellEarly(): void {
    if (this.early.size === 0) return;
    for (let next = this.early.get(this.at + 1); next; next = this.early.get(this.at + 1)) this.tell(next);
    for (const offset of this.early.keys()) if (offset <= this.at) this.early.delete(offset);
  }

  private tell(event: StoredMessageEvent): void {
    this.at = event.place.offset;
    if (this.catchingUp > 0) this.keep(event);
    this.hub.publishHere(this.readers, event);
  }

  private keep(event: StoredMessageEvent): void {
    this.tail.push(event);
    this.tailBytes += event.message.length;
    while (this.tail.length > TAIL_MESSAGES || this.tailBytes > TAIL_BYTES) {
      this.tailBytes -= this.tail.shift()?.message.length ?? 0;
    }
  }
}

/** A message as the database has it. */
export function eventOf(message: StoredMessage, epoch: string): StoredMessageEvent {
  const { offset, timestamp, identity } = message;
  return {
    type: 'rooms.message',
    message: message.message,
    identity: asciiJson(identity),
    timestamp,
    place: { offset, epoch },
  };
}
