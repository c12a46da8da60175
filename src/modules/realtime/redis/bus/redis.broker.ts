import { type BeforeApplicationShutdown, Logger } from '@nestjs/common';
import { Broker, type Envelope, type EnvelopeHandler } from '../../ports/broker.js';
import { type Channel } from '../../channel.js';
import { BusCounts } from './bus-counts.js';
import { hashTag, partitionedName } from './channel-name.js';
import { decodeEnvelopes, EnvelopeCodec } from './envelope-codec.js';
import { type RedisConnection } from '../connection/redis-connection.js';
import { type RedisShard } from '../connection/redis-shard.js';
import { Flow, inCommands, type Outgoing, Subscription } from './redis-subscription.js';

/** Envelopes per message, to limit what a receiver handles at a time. */
const MOST_TOGETHER = 512;
const TICK_MS = 1_000;
/** Ticks without a message coming back after which the listening connection is taken for deaf. */
const OVERDUE_TICKS = 4;

/**
 * Many nodes: envelopes travel through Redis pub/sub, sharded in a cluster.
 *
 * What one turn of the event loop publishes on one channel becomes one message, and all messages of the turn leave in
 * one write. A node delivers its own messages to itself when they come back, so that all nodes see one order; they need
 * no decoding for that. Messages that cannot come back (Redis is away, the subscription is not confirmed yet) are
 * delivered at once, and ignored should they come back after all.
 */
export class RedisBroker extends Broker implements BeforeApplicationShutdown {
  readonly counts = new BusCounts();
  private readonly logger = new Logger('Bus');
  private readonly subscriptions = new Map<string, Subscription>();
  private readonly codec: EnvelopeCodec;
  private readonly namePrefix: string;
  private handler: EnvelopeHandler = () => undefined;
  /** Messages of this turn in order; below, the last one of each tag. */
  private turn: Outgoing[] = [];
  private readonly lastOfTag = new Map<string, Outgoing>();
  private scheduled: NodeJS.Immediate | undefined;
  private number = 0;
  /** Subscriptions to request at the end of this microtask. */
  private toAsk: Subscription[] = [];
  private asked: Promise<void> | undefined;
  /** Subscriptions nobody wants any more, to be given up at the next tick but one. */
  private readonly idle = new Set<Subscription>();
  private readonly flows = new Map<RedisShard, Flow>();
  private gapEnded: () => void = () => undefined;
  /** Whether something was published that may have reached no other node. */
  private isUnheard = false;
  private tick = 0;
  private readonly timer: NodeJS.Timeout;

  /** @param origin 8 bytes that identify this process */
  constructor(
    private readonly connection: RedisConnection,
    origin: Buffer,
  ) {
    super();
    this.codec = new EnvelopeCodec(origin);
    this.namePrefix = `${connection.prefix}c:`;
    this.timer = setInterval(() => {
      this.everySecond();
    }, TICK_MS).unref();
    connection.listen({
      commandsDown: (shard) => {
        this.deliverWhatWasUnderWay(shard);
      },
      subscriberDown: (shard) => {
        for (const subscription of this.subscriptions.values()) {
          if (subscription.shard === shard) subscription.confirmed = false;
        }
        this.deliverWhatWasUnderWay(shard);
        this.flows.delete(shard);
      },
      subscriberUp: (shard) => {
        this.subscribeAll((subscription) => connection.shardOf(subscription.name) === shard);
      },
      rerouted: () => {
        this.subscribeAll(({ name, shard }) => connection.shardOf(name) !== shard);
      },
    });
  }

  bind(handler: EnvelopeHandler): void {
    this.handler = handler;
  }

  override onGap(listener: () => void): void {
    this.gapEnded = listener;
  }

  override carrierOf(channel: Channel): unknown {
    return this.connection.shardOf(this.nameOf(channel));
  }

  subscribe(channel: Channel): void | Promise<void> {
    const name = this.nameOf(channel);
    let subscription = this.subscriptions.get(name);
    if (subscription === undefined) {
      this.subscriptions.set(name, (subscription = new Subscription(channel, name)));
    } else {
      subscription.wanted = true;
      this.idle.delete(subscription);
    }
    if (subscription.confirmed) return;
    return subscription.asking ?? this.ask(subscription);
  }

  unsubscribe(channel: Channel): void {
    const subscription = this.subscriptions.get(this.nameOf(channel));
    if (subscription === undefined) return;
    subscription.wanted = false;
    this.idle.add(subscription);
  }

  publish(channel: Channel, envelope: Envelope): void {
    const tag = hashTag(channel);
    const last = this.lastOfTag.get(tag);
    if (last?.channel === channel && last.envelopes.length < MOST_TOGETHER) {
      last.envelopes.push(envelope);
      return;
    }
    const name = this.nameOf(channel);
    if (this.connection.shardOf(name)?.commands.up !== true) {
      // Nothing of ours is in flight: whatever was has been delivered when the connection broke.
      this.isUnheard = true;
      this.handler(channel, envelope);
      return;
    }
    const message = { channel, name, number: ++this.number, envelopes: [envelope] };
    this.turn.push(message);
    this.lastOfTag.set(tag, message);
    this.scheduled ??= setImmediate(() => {
      this.flush();
    });
  }

  /** Sends what this turn has published so far. */
  flush(): void {
    clearImmediate(this.scheduled);
    this.scheduled = undefined;
    const { turn } = this;
    this.turn = [];
    this.lastOfTag.clear();
    for (const message of turn) this.send(message);
  }

  beforeApplicationShutdown(): void {
    this.close();
  }

  close(): void {
    clearInterval(this.timer);
    this.flush();
  }

  private nameOf(channel: Channel): string {
    return this.namePrefix + (this.connection.sharded ? partitionedName(channel) : channel);
  }

  private send(message: Outgoing): void {
    const { name, envelopes, number } = message;
    const client = this.connection.shardOf(name)?.commands.client;
    const subscription = this.subscriptions.get(name);
    const listening = subscription?.wanted === true;
    const body = client && this.encoded(message);
    if (client !== undefined && body !== undefined) {
      const answer = this.connection.sharded
        ? this.connection.send(name, ['SPUBLISH', name, body])
        : client.sendCommand(['PUBLISH', name, body]);
      answer.catch(() => {
        this.isUnheard = true;
        this.returned(subscription, number);
      });
      this.counts.published++;
      this.counts.envelopesPublished += envelopes.length;
      if (listening && subscription.confirmed) {
        subscription.expect(message, this.tick);
        return;
      }
    }
    if (subscription !== undefined) {
      // Nothing is kept for subscribers who come later.
      if (!listening) subscription.giveUp();
      subscription.delivered = number;
    }
    if (listening || body === undefined) this.deliver(message);
  }

  /** @returns `undefined` when an envelope holds something that cannot leave this process */
  private encoded({ number, envelopes }: Outgoing): Buffer | undefined {
    try {
      return this.codec.encode(number, envelopes);
    } catch (error) {
      this.logger.error({ msg: 'an event could not be encoded', event: envelopes[0]?.event?.type, err: error });
      return undefined;
    }
  }

  private deliver({ channel, envelopes }: Outgoing): void {
    for (const envelope of envelopes) this.handler(channel, envelope);
  }

  private readonly receive = (message: Buffer, name: Buffer): void => {
    const subscription = this.subscriptions.get(name.toString());
    if (subscription === undefined) return;
    this.counts.received++;
    const number = this.codec.ownNumber(message);
    if (number === undefined) {
      this.deliverForeign(subscription, message);
      return;
    }
    subscription.flow.movedAt = this.tick;
    if (!this.returned(subscription, number)) this.deliverForeign(subscription, message);
  };

  /**
   * Delivers this node's messages up to `number`.
   * @returns false when message `number` is not remembered, so that it must be decoded
   */
  private returned(subscription: Subscription | undefined, number: number): boolean {
    const arrived = subscription?.arrived(number);
    if (arrived === undefined) return true;
    for (const own of arrived) this.deliver(own);
    return arrived.at(-1)?.number === number;
  }

  private deliverForeign({ channel }: Subscription, message: Buffer): void {
    let envelopes: readonly Envelope[];
    try {
      envelopes = decodeEnvelopes(message);
    } catch (error) {
      if (this.counts.unreadable++ === 0) this.logger.warn({ msg: 'a bus message is unreadable', err: error });
      return;
    }
    this.counts.envelopesReceived += envelopes.length;
    for (const envelope of envelopes) this.handler(channel, envelope);
  }

  /** Delivers now, in publishing order, what the shard may not bring back. */
  private deliverWhatWasUnderWay(shard: RedisShard): void {
    const lost: Outgoing[] = [];
    for (const subscription of this.subscriptions.values()) {
      if (subscription.shard === shard) this.giveUp(subscription, lost);
    }
    lost.sort((a, b) => a.number - b.number);
    for (const message of lost) this.deliver(message);
    this.flush();
  }

  private giveUp(subscription: Subscription, into: Outgoing[]): void {
    const lost = subscription.giveUp();
    subscription.delivered = lost.at(-1)?.number ?? subscription.delivered;
    if (subscription.wanted) into.push(...lost);
  }

  private subscribeAll(which: (subscription: Subscription) => boolean): void {
    const lost: Outgoing[] = [];
    // All are requested together, so one promise covers them.
    let asked: Promise<void> | undefined;
    for (const subscription of this.subscriptions.values()) {
      if (!which(subscription)) continue;
      this.giveUp(subscription, lost);
      subscription.confirmed = false;
      if (subscription.wanted) asked = this.ask(subscription) ?? asked;
    }
    void asked?.then(this.gapEnded);
    lost.sort((a, b) => a.number - b.number);
    for (const message of lost) this.deliver(message);
  }

  /** Resolves when Redis has confirmed the subscription or is away. */
  private ask(subscription: Subscription): Promise<void> | undefined {
    const shard = this.connection.shardOf(subscription.name);
    subscription.shard = shard;
    subscription.asking = undefined;
    if (shard?.subscriber.up !== true) return undefined;
    const flow = this.flows.get(shard) ?? new Flow();
    this.flows.set(shard, flow);
    subscription.flow = flow;
    this.toAsk.push(subscription);
    this.asked ??= Promise.resolve().then(() => this.askTogether());
    subscription.asking = this.asked;
    return this.asked;
  }

  private async askTogether(): Promise<void> {
    const all = this.toAsk;
    this.toAsk = [];
    this.asked = undefined;
    await Promise.all(inCommands(all, this.connection.sharded).map((some) => this.askShard(some[0]?.shard, some)));
  }

  private async askShard(shard: RedisShard | undefined, subscriptions: Subscription[]): Promise<void> {
    const client = shard?.subscriber.client;
    const names = subscriptions.map(({ name }) => name);
    let confirmed = false;
    try {
      if (this.connection.sharded) await client?.sSubscribe(names, this.receive, true);
      else await client?.subscribe(names, this.receive, true);
      confirmed = client !== undefined && shard?.subscriber.client === client;
    } catch (error) {
      // Either the connection broke, and everything is requested again once it is back; or the channel has moved.
      this.connection.subscriptionFailed(shard, error);
    }
    for (const subscription of subscriptions) {
      if (subscription.shard !== shard) continue;
      subscription.asking = undefined;
      if (confirmed) subscription.confirmed = true;
    }
  }

  private everySecond(): void {
    this.tick++;
    if (this.isUnheard && this.connection.up) {
      this.isUnheard = false;
      this.gapEnded();
    }
    for (const subscription of this.idle) this.release(subscription);
    for (const [shard, { underWay, movedAt }] of this.flows) {
      if (underWay === 0 || this.tick - movedAt < OVERDUE_TICKS) continue;
      this.logger.warn('this node does not receive what it publishes; subscribing again');
      shard.subscriber.reset(new Error('own messages do not come back'));
    }
  }

  /** Gives up a subscription that nobody has asked for again. */
  private release(subscription: Subscription): void {
    if (subscription.asking !== undefined) return;
    this.idle.delete(subscription);
    subscription.giveUp();
    this.subscriptions.delete(subscription.name);
    const client = subscription.shard?.subscriber.client;
    if (client === undefined) return;
    const { name } = subscription;
    const answer = this.connection.sharded
      ? client.sUnsubscribe(name, this.receive, true)
      : client.unsubscribe(name, this.receive, true);
    answer.catch(() => undefined);
  }
}
