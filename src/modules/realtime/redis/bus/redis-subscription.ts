import { type Envelope } from '../../ports/broker.js';
import { type Channel } from '../../channel.js';
import { type RedisShard } from '../connection/redis-shard.js';
import { partitionOf } from './channel-name.js';

/** Channels that one command subscribes to. */
const CHUNK = 500;

/** What this node publishes on one channel in one turn of the event loop. */
export interface Outgoing {
  readonly channel: Channel;
  readonly name: string;
  readonly number: number;
  readonly envelopes: Envelope[];
}

/** This node's messages that are in flight through one shard. */
export class Flow {
  /** How many are expected back. */
  underWay = 0;
  /** Broker tick at which the first of them left, or the last one came back. */
  movedAt = 0;
}

/** A channel that this node listens on, or did a moment ago. */
export class Subscription {
  wanted = true;
  /**
   * Whether Redis has confirmed the subscription, so that this node's messages come back. Until then they are delivered
   * to this node directly.
   */
  confirmed = false;
  shard: RedisShard | undefined;
  flow = new Flow();
  /** Set while Redis is being asked; settles when it has answered or is away. */
  asking: Promise<void> | undefined;
  /** Number of this node's last message that was delivered here. */
  delivered = 0;
  /** This node's messages in flight through Redis, in order. */
  #underWay: Outgoing[] = [];

  constructor(
    readonly channel: Channel,
    readonly name: string,
  ) {}

  expect(message: Outgoing, tick: number): void {
    if (this.flow.underWay++ === 0) this.flow.movedAt = tick;
    this.#underWay.push(message);
  }

  /**
   * Takes this node's messages up to `number`, in order. Those before it should have come back earlier and are overdue.
   * @returns `undefined` when `number` was delivered already
   */
  arrived(number: number): readonly Outgoing[] | undefined {
    if (number <= this.delivered) return undefined;
    this.delivered = number;
    let count = 0;
    while (count < this.#underWay.length && (this.#underWay[count]?.number ?? Infinity) <= number) count++;
    return this.#take(count);
  }

  /** Takes this node's messages that can no longer be expected back. */
  giveUp(): readonly Outgoing[] {
    return this.#take(this.#underWay.length);
  }

  #take(count: number): readonly Outgoing[] {
    const taken = count === this.#underWay.length ? this.#underWay : this.#underWay.slice(0, count);
    this.#underWay = count === this.#underWay.length ? [] : this.#underWay.slice(count);
    this.flow.underWay -= count;
    return taken;
  }
}

/** Those that one command asks for together, each time: in a cluster they lie in one slot, and so on one shard. */
export function inCommands(all: readonly Subscription[], sharded: boolean): Subscription[][] {
  const together = new Map<string, Subscription[]>();
  for (const subscription of all) {
    const place = sharded ? partitionOf(subscription.name) : '';
    const known = together.get(place);
    if (known === undefined) together.set(place, [subscription]);
    else known.push(subscription);
  }
  const commands: Subscription[][] = [];
  for (const some of together.values()) {
    for (let at = 0; at < some.length; at += CHUNK) commands.push(some.slice(at, at + CHUNK));
  }
  return commands;
}
