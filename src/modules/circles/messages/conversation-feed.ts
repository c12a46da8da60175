import { type Channel } from '../../realtime/channel.js';
import { type Connection, type EventEncoder, type HubEvent } from '../../realtime/connection.js';
import { type Hub } from '../../realtime/hub.js';
import { conversationChannel } from '../circles.channels.js';
import { type MessageEvent } from '../circles.events.js';

/** What one read of missed messages takes at most. */
const PAGE_MESSAGES = 200;
/** Messages kept for sockets that are about to catch up. */
const TAIL_MESSAGES = 1_000;
const TAIL_LENGTH = 262_144;
/** Messages that came too early and are kept; what does not fit is read from the database. */
const EARLY_MESSAGES = 1_000;

const NO_FRAMES: EventEncoder = { encode: () => null };

/** Reads messages behind an id, ascending, at most `take`. */
export type ReadMessages = (conversationId: number, after: number, take: number) => Promise<MessageEvent[]>;

/**
 * What the sockets of one conversation on this node hear: every stored message once, in the order of ids, whatever the
 * bus makes of it. It hears what the nodes say they stored; what is missing in between, since each message names the one
 * before it, it reads from the database before going on.
 */
export class ConversationFeed implements Connection {
  readonly protocol = 'circles';
  readonly encoder = NO_FRAMES;
  readonly principal = null;
  readonly closed = false;
  subscriptions: Set<Channel> | null = null;
  /** Sockets that hold on to it. */
  holders = 0;
  /** Id up to which the sockets have been told everything; `null` until the beginning is known. */
  private at: number | null = null;
  /** Id up to which there are messages, as far as is known. */
  private newest = 0;
  /** By the id of the message before. */
  private readonly early = new Map<number, MessageEvent>();
  private readonly readers: Channel;
  private filling: Promise<void> | null = null;
  private catchingUp = 0;
  private tail: MessageEvent[] = [];
  private tailLength = 0;

  constructor(
    readonly conversationId: number,
    private readonly hub: Hub,
    private readonly read: ReadMessages,
  ) {
    this.readers = conversationChannel(conversationId);
  }

  get id(): string {
    return `feed ${this.conversationId}`;
  }

  /** Id up to which the sockets have been told everything. */
  get position(): number {
    return this.at ?? 0;
  }

  /** Nothing up to `head` is told. */
  begin(head: number): void {
    if (this.at !== null) return;
    this.at = head;
    this.tellEarly();
    if (this.newest > this.at) void this.fill();
  }

  send(): void {
    // Nothing is published to it, only signalled.
  }

  close(): void {
    // It ends with its last socket.
  }

  /** Some node has stored a message. */
  signal(event: HubEvent): void {
    const stored = event as MessageEvent;
    const { id } = stored.message;
    if (id > this.newest) this.newest = id;
    if (this.at !== null) {
      if (id <= this.at) return;
      if (stored.previousId <= this.at) {
        this.tell(stored);
        this.tellEarly();
        return;
      }
    }
    if (this.early.size < EARLY_MESSAGES) this.early.set(stored.previousId, stored);
    if (this.at !== null) void this.fill();
  }

  /** The database says that this is the newest message: a node may have died before it told what it stored. */
  headIs(head: number): void {
    if (head > this.newest) this.newest = head;
    if (this.at !== null && this.newest > this.at) void this.fill();
  }

  /** Begins to keep what is told, so that `join` can bridge the last step of catching up. Undone by `caughtUp`. */
  beginCatchUp(): void {
    this.catchingUp++;
  }

  caughtUp(): void {
    if (--this.catchingUp > 0) return;
    this.tail = [];
    this.tailLength = 0;
  }

  /**
   * Lets a socket that knows everything up to `id` hear what follows, without gap and without repetition.
   * @returns `false` when it has to catch up first; else what to await before it certainly hears
   */
  join(connection: Connection, id: number): false | undefined | Promise<void> {
    const { position } = this;
    if (id !== position) {
      const [first] = this.tail;
      if (first === undefined || first.previousId > id || id > position) return false;
      for (const event of this.tail) if (event.message.id > id) this.hub.sendTo(connection, event);
    }
    return this.hub.subscribe(connection, this.readers) as undefined | Promise<void>;
  }

  /** Resolves when the sockets have been told everything up to `id`, which is known to be stored. */
  async reach(id: number): Promise<void> {
    if (id > this.newest) this.newest = id;
    while (this.position < id) await this.fill();
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
    while (this.position < this.newest) {
      const goal = this.newest;
      const page = await this.read(this.conversationId, this.position, PAGE_MESSAGES);
      for (const event of page) if (event.message.id > this.position) this.tell(event);
      // What is missing still was deleted: nobody can have it any more.
      if (page.length < PAGE_MESSAGES && this.position < goal) this.at = goal;
      this.tellEarly();
    }
  }

  private tellEarly(): void {
    if (this.early.size === 0) return;
    const waiting = [...this.early.values()].sort((a, b) => a.message.id - b.message.id);
    for (const event of waiting) {
      if (event.previousId > this.position) break;
      this.early.delete(event.previousId);
      if (event.message.id > this.position) this.tell(event);
    }
  }

  private tell(event: MessageEvent): void {
    this.at = event.message.id;
    if (this.catchingUp > 0) this.keep(event);
    this.hub.publishHere(this.readers, event);
  }

  private keep(event: MessageEvent): void {
    this.tail.push(event);
    this.tailLength += event.message.content.length;
    while (this.tail.length > TAIL_MESSAGES || this.tailLength > TAIL_LENGTH) {
      this.tailLength -= this.tail.shift()?.message.content.length ?? 0;
    }
  }
}
