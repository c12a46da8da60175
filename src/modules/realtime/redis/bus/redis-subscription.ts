import { type Envelope } from '../../ports/broker.js';
import { type Channel } from '../../channel.js';
import { type RedisShard } from '../connection/redis-shard.js';
import { partitionOf } from './channel-name.js';

/** Channels that one command subscribes to. */
const CHUNK = 500;

/** What this node publishes on one channel in one turn. */
export interface Outgoing {
  readonly channel: Channel;
  readonly name: string;
  readonly number: number;
  readonly envelopes: Envelope[];
}

/** What is under way through one shard. */
export class Flow {
  /** Own messages that are expected back. */
  underWay = 0;
  /** Tick of the broker at which the first of them left or the last one came back. */
  movedAt = 0;
}

/** A channel that somebody on this node listens on, or did a moment ago. */
export class Subscription {
  wanted = true;
  /** Whether Redis has confirmed it: what this node publishes comes back. Until then it delivers to itself directly. */
  confirmed = false;
  shard: RedisShard | undefined;
  flow = new Flow();
  /** Settles when Redis has answered or is away; while it is being asked. */
  asking: Promise<void> | undefined;
  /** Number of the last own message that was delivered here. */
  delivered = 0;
  /** Own messages on their way through Redis, in order. */
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
   * The own messages up to `number`, in order: those before it that did not come back are overdue.
   * @returns `undefined` when number `number` was delivered already
   */
  arrived(number: number): readonly Outgoing[] | undefined {
    if (number <= this.delivered) return undefined;
    this.delivered = number;
    let count = 0;
    while (count < this.#underWay.length && (this.#underWay[count]?.number ?? Infinity) <= number) count++;
    return this.#take(count);
  }

  /** Own messages that nobody can count on any more. */
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
