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

/** Why something is not told. */
export interface FeedRefusal {
  /** A problem code. */
  readonly code: string;
  readonly detail: string;
}

export interface FeedListener<T extends FeedTopic> {
  readonly news: (news: FeedNews[T]) => void;
  /** What happens from now on is told: once at first, and again after each reconnect. */
  readonly subscribed?: () => void;
  /** It will not be told: the role is too low, or there is no such thing. */
  readonly refused?: (refusal: FeedRefusal) => void;
  /** Nothing more comes of it. */
  readonly ended?: () => void;
}

interface Subscription {
  wish: FeedWish;
  readonly listener: FeedListener<FeedTopic>;
  /** Nothing has come on this connection yet. */
  isFirst: boolean;
}

/**
 * What operators see live. Subscriptions outlive a lost connection: samples go on behind the last one, without a gap; of
 * a room, calls and the audit log, what was said meanwhile is to be read over REST once it is `subscribed`.
 */
export class ConsoleFeed extends LiveSocket<ConsoleFeedEvents> {
  private readonly subscriptions = new Map<string, Subscription>();
  private count = 0;
  private ticket = '';

  constructor(protected override readonly options: ConsoleFeedOptions) {
    super(options);
  }

  /** @returns ends the subscription */
  subscribe<T extends FeedTopic>(wish: WishFor<T>, listener: FeedListener<T>): () => void {
    const id = String(++this.count);
    // What a topic tells is what its listener takes.
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
      // Behind it the next connection goes on.
      if (after !== undefined) subscription.wish = { topic: 'overview', after };
    }
    subscription.listener.news(news);
  }

  private ask(id: string, wish: FeedWish): void {
    this.sendText(JSON.stringify({ type: 'subscribe', id, ...wish }));
  }
}
