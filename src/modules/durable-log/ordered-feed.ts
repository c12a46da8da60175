import { type Channel } from '../realtime/channel.js';
import { type Connection } from '../realtime/connection.js';
import { type HubEvent } from '../realtime/hub-event.js';
import { type Hub } from '../realtime/fan-out/hub.js';
import { type LogHead, type LogKind } from './log-kind.js';

/** Limits, in messages and characters, of what is kept for readers about to finish catching up. */
const TAIL = { messages: 1_000, size: 262_144 };
/** How many messages that arrived too early are kept; the rest is read from the database. */
const EARLY_MESSAGES = 1_000;

/**
 * Tells this node's readers of one log every stored message once and in order, whatever the bus does. It listens to
 * what the nodes announce as stored, and reads gaps from the database before going on.
 */
export class OrderedFeed<E extends HubEvent> {
  /** Number of readers holding on to it. */
  holders = 0;
  /** Position up to which readers have been told everything; `null` until the start is known. */
  private at: number | null = null;
  private current = '';
  /** Position up to which messages are known to exist. */
  private newest = 0;
  /** Messages that arrived too early, by position. */
  private readonly early = new Map<number, E>();
  private readonly readers: Channel;
  private filling: Promise<void> | null = null;
  private catchingUp = 0;
  private tail: E[] = [];
  private tailSize = 0;

  constructor(
    readonly log: number,
    private readonly kind: LogKind<E>,
    private readonly hub: Hub,
  ) {
    this.readers = kind.readers(log);
  }

  /** Position up to which readers have been told everything. */
  get position(): number {
    return this.at ?? 0;
  }

  get epoch(): string {
    return this.current;
  }

  /** Starts after `head`; whatever was heard earlier is reconsidered. */
  begin(head: LogHead): void {
    const early = [...this.early.values()];
    this.early.clear();
    this.at = this.newest = head.last;
    this.current = head.epoch;
    for (const event of early) this.heard(event);
  }

  /** Some node has stored a message. */
  readonly heard = (heard: HubEvent): void => {
    const event = heard as E;
    const position = this.kind.positionOf(event);
    if (this.at !== null) {
      if (this.kind.epochOf(event) !== this.current) {
        void this.restart();
        return;
      }
      if (position <= this.at) return;
    }
    if (position > this.newest) this.newest = position;
    if (this.at !== null && this.kind.follows(event, this.at)) {
      this.tell(event);
      this.tellEarly();
      return;
    }
    if (this.early.size < EARLY_MESSAGES) this.early.set(position, event);
    if (this.at !== null) void this.fill();
  };

  /** Takes the log's head from the database, in case a node died before announcing what it stored. */
  headIs(head: LogHead): void {
    if (this.at === null) return;
    if (head.epoch !== this.current) this.adopt(head);
    if (head.last > this.newest) this.newest = head.last;
    if (this.newest > this.position) void this.fill();
  }

  /** Starts keeping what is told, so that `join` can bridge the last step of catching up. Undone by `caughtUp`. */
  beginCatchUp(): void {
    this.catchingUp++;
  }

  caughtUp(): void {
    if (--this.catchingUp === 0) this.forgetTail();
  }

  /**
   * Subscribes a reader that knows everything up to `position` to what follows, without gap or repetition.
   * @returns `false` when it has to catch up first; otherwise what to await until the subscription is certain
   */
  join(connection: Connection, position: number): false | undefined | Promise<void> {
    if (position !== this.position) {
      const [first] = this.tail;
      if (first === undefined || position > this.position) return false;
      if (this.kind.positionOf(first) > position && !this.kind.follows(first, position)) return false;
      for (const event of this.tail) if (this.kind.positionOf(event) > position) this.hub.sendTo(connection, event);
    }
    return this.hub.subscribe(connection, this.readers) ?? undefined;
  }

  /**
   * Resolves when readers have been told everything up to `position`, which must be stored. @throws when the database
   * is away
   */
  async reach(position: number): Promise<void> {
    if (position > this.newest) this.newest = position;
    while (this.position < position) await this.fill();
  }

  /** Reads and tells what is missing, one run at a time. @throws when the database is away */
  private fill(): Promise<void> {
    this.filling ??= this.readMissing().finally(() => {
      this.filling = null;
    });
    // Callers that do not wait need not know of a failure: the next check of the heads tries again.
    this.filling.catch(() => undefined);
    return this.filling;
  }

  private async readMissing(): Promise<void> {
    while (this.position < this.newest) {
      const { position, current, newest } = this;
      const page = await this.kind.page(this.log, position, current);
      if (current !== this.current) continue;
      // Whatever is missing from the page was deleted meanwhile; no reader can get it any more.
      for (const event of page) if (this.kind.positionOf(event) > this.position) this.tell(event);
      if (page.length === 0 && this.position < newest) this.at = newest;
      this.tellEarly();
    }
  }

  private async restart(): Promise<void> {
    const head = (await this.kind.heads([this.log]).catch(() => undefined))?.get(this.log);
    if (head) this.headIs(head);
  }

  private adopt(head: LogHead): void {
    this.current = head.epoch;
    this.at = head.floor;
    this.newest = head.last;
    this.early.clear();
    this.forgetTail();
  }

  private tellEarly(): void {
    if (this.early.size === 0) return;
    for (const position of [...this.early.keys()].sort((a, b) => a - b)) {
      const event = this.early.get(position) as E;
      const isNew = position > this.position;
      if (isNew && !this.kind.follows(event, this.position)) return;
      this.early.delete(position);
      if (isNew) this.tell(event);
    }
  }

  private tell(event: E): void {
    this.at = this.kind.positionOf(event);
    if (this.catchingUp > 0) this.keep(event);
    this.hub.publishHere(this.readers, event);
  }

  private keep(event: E): void {
    this.tail.push(event);
    this.tailSize += this.kind.sizeOf(event);
    while (this.tail.length > TAIL.messages || this.tailSize > TAIL.size) {
      this.tailSize -= this.kind.sizeOf(this.tail.shift() as E);
    }
  }

  private forgetTail(): void {
    this.tail = [];
    this.tailSize = 0;
  }
}
