import { type HubEvent } from '../realtime/hub-event.js';
import { type Hub } from '../realtime/fan-out/hub.js';
import { CatchUp } from './catch-up.js';
import { type LogHead, type LogKind } from './log-kind.js';
import { OrderedFeed } from './ordered-feed.js';

/** How often the heads of all active logs are checked. */
const LOOK_MS = 1_000;
/**
 * How many checks a feed survives without readers: until another node hears that the last reader has left, it may store
 * more messages, for some seconds even while the bus is away.
 */
const LINGER_LOOKS = 15;
const EMPTY: LogHead = { epoch: '', last: 0, floor: 0 };

interface Held<E extends HubEvent> {
  readonly feed: OrderedFeed<E>;
  readonly begun: Promise<void>;
  /** Checks since the last holder let go. */
  idleLooks: number;
}

/** The feeds of all logs of one kind that have readers on this node. Like the hub, it knows this node only. */
export class Feeds<E extends HubEvent> {
  /** For returning readers. */
  readonly catchUp: CatchUp<E>;
  private readonly feeds = new Map<number, Held<E>>();
  private timer: NodeJS.Timeout | undefined;
  private looking = false;

  constructor(
    private readonly kind: LogKind<E>,
    private readonly hub: Hub,
  ) {
    this.catchUp = new CatchUp(kind, hub);
  }

  /**
   * Holds on to the log's feed, which is listening before this resolves. Undone by `release`.
   * @param head the log's head, if already known; saves a query
   */
  async hold(log: number, head?: LogHead): Promise<OrderedFeed<E>> {
    let held = this.feeds.get(log);
    if (held === undefined) {
      const feed = new OrderedFeed(log, this.kind, this.hub);
      held = { feed, begun: this.begin(feed, head), idleLooks: 0 };
      this.feeds.set(log, held);
      this.timer ??= setInterval(() => void this.look(), LOOK_MS).unref();
    }
    held.feed.holders++;
    held.idleLooks = 0;
    try {
      await held.begun;
    } catch (error) {
      if (--held.feed.holders === 0) this.drop(log, held);
      throw error;
    }
    if (head) held.feed.headIs(head);
    return held.feed;
  }

  get(log: number): OrderedFeed<E> | undefined {
    return this.feeds.get(log)?.feed;
  }

  /**
   * Like `hold`, for readers that were there before the log began: they are also told what was stored before this node
   * heard of its beginning.
   */
  async holdNew(log: number, known?: LogHead): Promise<void> {
    const head = known ?? (await this.kind.heads([log])).get(log) ?? EMPTY;
    const feed = await this.hold(log, { ...head, last: head.floor });
    feed.headIs(head);
  }

  release(log: number): void {
    const feed = this.get(log);
    if (feed !== undefined && feed.holders > 0) feed.holders--;
  }

  /**
   * @returns a promise that resolves when this node's readers have been told everything up to `position`, which is
   * stored; `undefined` when they already have
   * @throws when the database is away
   */
  reach(log: number, position: number): undefined | Promise<void> {
    const feed = this.get(log);
    return feed === undefined || feed.position >= position ? undefined : feed.reach(position);
  }

  onModuleDestroy(): void {
    clearInterval(this.timer);
  }

  private drop(log: number, { feed }: Held<E>): void {
    if (this.get(log) !== feed) return;
    this.feeds.delete(log);
    this.hub.unlisten(this.kind.stored(log), feed.heard);
  }

  /**
   * Listens before it looks, so nothing falls in between. Anything after a head known earlier is found by the next
   * check.
   */
  private async begin(feed: OrderedFeed<E>, known: LogHead | undefined): Promise<void> {
    await this.hub.listen(this.kind.stored(feed.log), feed.heard);
    feed.begin(known ?? (await this.kind.heads([feed.log])).get(feed.log) ?? EMPTY);
  }

  /** One query for all logs; none while the last one is unanswered. */
  private async look(): Promise<void> {
    for (const [log, held] of this.feeds) {
      if (held.feed.holders === 0 && ++held.idleLooks > LINGER_LOOKS) this.drop(log, held);
    }
    if (this.looking || this.feeds.size === 0) return;
    this.looking = true;
    try {
      const heads = await this.kind.heads([...this.feeds.keys()]);
      for (const [log, head] of heads) this.get(log)?.headIs(head);
    } catch {
      // The database is away: nothing is stored meanwhile, and the next check catches up.
    } finally {
      this.looking = false;
    }
  }
}
