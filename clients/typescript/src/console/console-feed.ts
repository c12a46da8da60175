import { type JsonObject } from '../json.js';
import { SwitchboardProblem } from '../rest/problem.js';
import { ABNORMAL, NOT_ALLOWED } from '../sockets/close-codes.js';
import { LiveSocket } from '../sockets/live-socket.js';
import { type Ending, type SocketEvents, type SocketOptions } from '../sockets/persistent.js';
import { endOfSamples, type FeedNews, type FeedTopic, type FeedWish, newsOf, type WishFor } from './feed-frames.js';

export interface ConsoleFeedOptions extends SocketOptions {
  /** Gets a ticket before each connection: `async () => (await sdk.tickets.create({ body: {} })).ticket`. */
  readonly ticket: () => Promise<string>;
}

export interface ConsoleFeedEvents extends SocketEvents {
  readonly open: undefined;
}

/** Why a subscription was refused. */
export interface FeedRefusal {
  /** A problem code. */
  readonly code: string;
  readonly detail: string;
}

export interface FeedListener<T extends FeedTopic> {
  readonly news: (news: FeedNews[T]) => void;
  /** News follow from now on: called once at first, and again after each reconnect. */
  readonly subscribed?: () => void;
  /** There will be no news: the role is too low, or the subject does not exist. */
  readonly refused?: (refusal: FeedRefusal) => void;
  /** There will be no more news. */
  readonly ended?: () => void;
}

interface Subscription {
  wish: FeedWish;
  readonly listener: FeedListener<FeedTopic>;
  /** Whether nothing has come on this connection yet. */
  isFirst: boolean;
}

/**
 * What operators follow live. Subscriptions outlive a lost connection: samples continue after the last one, without a
 * gap; for rooms, calls and the audit log, read what happened meanwhile over REST once `subscribed` is called.
 */
export class ConsoleFeed extends LiveSocket<ConsoleFeedEvents> {
  private readonly subscriptions = new Map<string, Subscription>();
  private count = 0;
  private ticket = '';

  constructor(protected override readonly options: ConsoleFeedOptions) {
    super(options);
  }

  /** @returns a function that ends the subscription */
  subscribe<T extends FeedTopic>(wish: WishFor<T>, listener: FeedListener<T>): () => void {
    const id = String(++this.count);
    // A topic's news have the type that its listener takes.
    this.subscriptions.set(id, {
      wish,
      listener: listener as FeedListener<never> as FeedListener<FeedTopic>,
      isFirst: true,
    });
    if (this.isOpen) this.ask(id, wish);
    return () => {
      if (this.subscriptions.delete(id) && this.isOpen) this.sendText(JSON.stringify({ type: 'unsubscribe', id }));
    };
  }

  protected path(): string {
    return '/ws/console/';
  }

  protected override subprotocols(): string[] {
    return ['switchboard.v1', `bearer.${this.ticket}`];
  }

  protected override async connection(unwanted: AbortSignal): Promise<Ending> {
    try {
      this.ticket = await this.options.ticket();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      const isFinal = error instanceof SwitchboardProblem && (error.status === 401 || error.status === 403);
      return { code: isFinal ? NOT_ALLOWED : ABNORMAL, reason };
    }
    return unwanted.aborted ? { code: ABNORMAL, reason: 'not wanted any more' } : super.connection(unwanted);
  }

  protected opened(): void {
    this.settle();
    for (const [id, subscription] of this.subscriptions) {
      subscription.isFirst = true;
      this.ask(id, subscription.wish);
    }
    this.emit('open', undefined);
  }

  protected received(frame: JsonObject): void {
    const { type, id, code, detail } = frame;
    const subscription = typeof id === 'string' ? this.subscriptions.get(id) : undefined;
    if (typeof id !== 'string' || subscription === undefined) return;
    const { listener } = subscription;
    if (type === 'subscribed') {
      listener.subscribed?.();
    } else if (type === 'refused') {
      this.subscriptions.delete(id);
      listener.refused?.({ code: String(code), detail: String(detail) });
    } else if (type === 'ended') {
      this.subscriptions.delete(id);
      listener.ended?.();
    } else {
      this.told(subscription, frame);
    }
  }

  private told(subscription: Subscription, frame: JsonObject): void {
    const news = newsOf(frame, subscription.isFirst);
    if (news === undefined) return;
    subscription.isFirst = false;
    if (subscription.wish.topic === 'overview') {
      const after = endOfSamples(news as FeedNews['overview']);
      // Where the next connection continues.
      if (after !== undefined) subscription.wish = { topic: 'overview', after };
    }
    subscription.listener.news(news);
  }

  private ask(id: string, wish: FeedWish): void {
    this.sendText(JSON.stringify({ type: 'subscribe', id, ...wish }));
  }
}
