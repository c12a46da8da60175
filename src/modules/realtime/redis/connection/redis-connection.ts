import { Logger } from '@nestjs/common';
import { ErrorReply } from 'redis';
import { setTimeout as sleep } from 'node:timers/promises';
import { OUTAGES } from '../../../../common/outages/outages.js';
import { type RedisSection } from '../../../../config/app-config.js';
import { type RedisAddress, type RedisTarget } from '../../../../config/redis-target.js';
import { hashSlot, SLOTS } from './hash-slot.js';
import { type RedisArgument, RedisAway } from './redis-client.js';
import { type RedisScript } from './redis-script.js';
import { RedisShard, type ShardEvents } from './redis-shard.js';
import { findMaster, findSlots, type SlotRange } from './redis-topology.js';

/** How long the server's start waits for Redis before going on without it, in milliseconds. */
const BOOT_PATIENCE_MS = 3_000;
const FINISH_PATIENCE_MS = 1_000;
/** How often the slot layout is looked up while something is missing, in milliseconds. */
const DISCOVERY_MS = 500;
/** Error replies that mean: not now, but perhaps later or on another server. */
const NOT_NOW = /^(?:READONLY|LOADING|CLUSTERDOWN|MASTERDOWN|TRYAGAIN|BUSY|OOM|NOREPLICAS|MISCONF|UNKILLABLE)\b/;
const ELSEWHERE = /^(?:MOVED|ASK) \d+ (?<host>.*):(?<port>\d+)$/;

/** Hears of changes to the connections. Called synchronously; must not throw. */
export interface RedisListener {
  /**
   * The shard takes commands again, or has lost its data: rewrite what must be in it. Commands sent before the listener
   * returns go ahead of everybody else's.
   * @param otherData true when the shard may lack what was written; when false, missing data was removed by somebody
   */
  readonly restored?: (shard: RedisShard, otherData: boolean) => void;
  readonly commandsDown?: (shard: RedisShard) => void;
  readonly subscriberUp?: (shard: RedisShard) => void;
  readonly subscriberDown?: (shard: RedisShard) => void;
  /**
   * Keys have moved to other shards; shards no longer in use are down. What has failed for keys that moved must be done
   * now: the shard that has them may have been up all the time.
   */
  readonly rerouted?: () => void;
  /** All shards are up, and what had to be rewritten is sent. @param otherData as in `restored`, for any shard */
  readonly back?: (otherData: boolean) => void;
}

/**
 * The connections to Redis, whether a single server, a master named by sentinels, or a cluster. Each command names the
 * key it touches and goes to that key's shard; commands of one event-loop turn leave in one write. While a shard is
 * away its commands fail at once instead of queueing, and reconnecting goes on in the background.
 */
export class RedisConnection {
  /**
   * How many commands that rewrite lost data may be in flight at a time; leaves room for others in the limit of pending
   * commands.
   */
  readonly restoreAtOnce: number = 50_000;
  readonly prefix: string;
  /** Whether channels are bound to shards, as in a cluster. */
  readonly sharded: boolean;
  readonly #logger = new Logger('Redis');
  readonly #target: RedisTarget;
  readonly #listeners: RedisListener[] = [];
  /** By address; outside a cluster the only shard has the key ''. */
  readonly #shards = new Map<string, RedisShard>();
  /** In a cluster, the shard of each slot. */
  #slots: (RedisShard | undefined)[] = [];
  #only: RedisShard | undefined;
  #discovering = false;
  #closed = false;
  /** Whether a shard came back without its data since all shards were last up. */
  #otherData = false;
  #wasUp = false;

  constructor({ target, prefix }: RedisSection) {
    this.#target = target;
    this.prefix = prefix;
    this.sharded = target.kind === 'cluster';
  }

  /** Whether all shards are up. */
  get up(): boolean {
    return this.#shards.size > 0 && [...this.#shards.values()].every((shard) => shard.up);
  }

  listen(listener: RedisListener): void {
    this.#listeners.push(listener);
  }

  /** Resolves when all shards are up, or after a while without them; connecting goes on in the background. */
  async start(): Promise<void> {
    if (this.#target.kind === 'cluster') this.#discover();
    else this.#startOnly(this.#target);
    const until = performance.now() + BOOT_PATIENCE_MS;
    while (!this.up && performance.now() < until) await sleep(20);
    if (!this.up) OUTAGES.redis.failed('it did not answer during the start, which goes on without it', 0);
  }

  close(): void {
    this.#closed = true;
    for (const shard of this.#shards.values()) shard.close();
  }

  /** Closes once everything sent so far has been executed, or after a short wait. */
  async finish(): Promise<void> {
    const pings = [...this.#shards.values()].map((shard) => shard.commands.send(['PING']).catch(() => undefined));
    await Promise.race([Promise.all(pings), sleep(FINISH_PATIENCE_MS, undefined, { ref: false })]);
    this.close();
  }

  /** The shard of a key or channel; `undefined` while that is unknown. */
  shardOf(key: string): RedisShard | undefined {
    return this.#only ?? this.#slots[hashSlot(key)];
  }

  /**
   * Sends a command that touches only `key`. Answers come in the order of the commands, including those of `run`.
   * @throws RedisAway within about 3 seconds without an answer; the command may have been executed all the same
   */
  send<T>(key: string, args: RedisArgument[]): Promise<T> {
    return this.#execute<T>(key, args);
  }

  /** Runs a script with `key` as `KEYS[1]` and `args` as `ARGV`. @throws RedisAway as `send` does */
  run<T>(script: RedisScript, key: string, args: RedisArgument[]): Promise<T> {
    return this.#execute<T>(key, ['EVALSHA', script.sha, '1', key, ...args], script);
  }

  async #execute<T>(key: string, args: RedisArgument[], script?: RedisScript): Promise<T> {
    const shard = this.shardOf(key);
    if (shard === undefined) throw new RedisAway();
    try {
      return await shard.commands.send<T>(args);
    } catch (error) {
      if (script !== undefined && error instanceof ErrorReply && error.message.startsWith('NOSCRIPT')) {
        return this.send<T>(key, ['EVAL', script.source, ...args.slice(2)]);
      }
      return this.#afterFailure<T>(shard, args, error);
    }
  }

  /** Called when a subscription fails on the shard where the channel should be. */
  subscriptionFailed(shard: RedisShard | undefined, error: unknown): void {
    if (!(error instanceof ErrorReply)) return;
    this.#logger.warn(`Redis refuses a subscription: ${describe(error)}`);
    this.#discover();
    // Gives discovery time to finish; the reset requests all subscriptions again.
    setTimeout(() => shard?.subscriber.reset(error), DISCOVERY_MS).unref();
  }

  async #afterFailure<T>(shard: RedisShard, args: RedisArgument[], error: unknown): Promise<T> {
    if (error instanceof RedisAway) throw error;
    if (!(error instanceof ErrorReply)) {
      // The connection broke, or too many commands are pending.
      shard.refused();
      throw new RedisAway(error);
    }
    const { message } = error;
    const elsewhere = this.sharded ? ELSEWHERE.exec(message)?.groups : undefined;
    if (elsewhere !== undefined) {
      this.#discover();
      // An empty address stands for the one that was asked.
      const host = elsewhere['host'] || this.#hostOf(shard);
      const other = this.#shards.get(`${host}:${elsewhere['port']}`);
      if (other?.commands.up !== true) throw new RedisAway(error);
      if (message.startsWith('ASK')) void other.commands.send(['ASKING']).catch(() => undefined);
      return other.commands.send<T>(args).catch((fault: unknown) => {
        throw new RedisAway(fault);
      });
    }
    // The master has become a replica, so there is a new master by now.
    if (message.startsWith('READONLY')) shard.commands.reset(error);
    if (!NOT_NOW.test(message)) throw error;
    shard.refused();
    throw new RedisAway(error);
  }

  #hostOf(shard: RedisShard): string {
    const [address = ''] = [...this.#shards].find(([, each]) => each === shard) ?? [];
    return address.slice(0, address.lastIndexOf(':'));
  }

  #startOnly(target: RedisTarget): void {
    const [server = { host: 'localhost', port: 6379 }] = target.nodes;
    const sentinel = target.kind === 'sentinel';
    this.#only = new RedisShard(
      {
        account: target,
        resolve: () => (sentinel ? findMaster(target) : server),
        askRole: sentinel,
        marker: () => `${this.prefix}marker`,
      },
      this.#events(),
    );
    this.#shards.set('', this.#only);
    this.#only.start();
  }

  /** Looks up the slot layout until every shard is up; one search at a time. */
  #discover(): void {
    if (!this.sharded || this.#discovering || this.#closed) return;
    this.#discovering = true;
    void this.#search().finally(() => {
      this.#discovering = false;
    });
  }

  async #search(): Promise<void> {
    do {
      try {
        this.#route(await this.#askForSlots());
      } catch (error) {
        OUTAGES.redis.failed(error, 0);
      }
      await sleep(DISCOVERY_MS, undefined, { ref: false });
    } while (!this.#closed && !this.up);
  }

  /** Servers that are up know best; the others may have been replaced without knowing it. */
  async #askForSlots(): Promise<SlotRange[]> {
    const good: RedisAddress[] = [];
    const all = [...this.#target.nodes];
    for (const [address, shard] of this.#shards) {
      const at = address.lastIndexOf(':');
      const node = { host: address.slice(0, at), port: Number(address.slice(at + 1)) };
      if (shard.up) good.push(node);
      all.push(node);
    }
    try {
      return await findSlots(good, this.#target);
    } catch {
      return findSlots(all, this.#target);
    }
  }

  #route(ranges: readonly SlotRange[]): void {
    const slots: (RedisShard | undefined)[] = new Array<undefined>(SLOTS).fill(undefined);
    const used = new Set<string>();
    const fresh: RedisShard[] = [];
    for (const { from, to, master } of ranges) {
      const address = `${master.host}:${master.port}`;
      used.add(address);
      let shard = this.#shards.get(address);
      if (shard === undefined) {
        shard = this.#shardAt(master);
        this.#shards.set(address, shard);
        fresh.push(shard);
      }
      slots.fill(shard, from, to + 1);
    }
    const changed = slots.some((shard, slot) => shard !== this.#slots[slot]);
    this.#slots = slots;
    for (const [address, shard] of this.#shards) {
      if (used.has(address)) continue;
      this.#shards.delete(address);
      shard.close();
    }
    for (const shard of fresh) shard.start();
    if (!changed) return;
    for (const { rerouted } of this.#listeners) rerouted?.();
    this.#tellIfUp();
  }

  #shardAt(address: RedisAddress): RedisShard {
    const shard: RedisShard = new RedisShard(
      { account: this.#target, resolve: () => address, askRole: false, marker: () => this.#markerIn(shard) },
      this.#events(),
    );
    return shard;
  }

  /** A key whose slot belongs to the shard. */
  #markerIn(shard: RedisShard): string {
    for (let n = 0; n < SLOTS; n++) {
      const key = `${this.prefix}marker:${n}`;
      if (this.shardOf(key) === shard) return key;
    }
    return `${this.prefix}marker`;
  }

  #events(): ShardEvents {
    return {
      restored: (shard, otherData) => {
        for (const { restored } of this.#listeners) restored?.(shard, otherData);
        this.#otherData ||= otherData;
        this.#tellIfUp();
      },
      commandsDown: (shard, error) => {
        for (const { commandsDown } of this.#listeners) commandsDown?.(shard);
        this.#down(error);
      },
      subscriberUp: (shard) => {
        for (const { subscriberUp } of this.#listeners) subscriberUp?.(shard);
        this.#tellIfUp();
      },
      subscriberDown: (shard, error) => {
        for (const { subscriberDown } of this.#listeners) subscriberDown?.(shard);
        this.#down(error);
      },
      channelMoved: (shard) => {
        this.#discover();
        // Subscribes again to what is still there.
        shard.subscriber.reset(new Error('a channel moved'));
      },
      markerMoved: () => {
        this.#discover();
      },
      failure: (_, error) => {
        if (!this.up) this.#down(error);
      },
    };
  }

  #down(error: unknown): void {
    if (this.#closed) return;
    this.#discover();
    OUTAGES.redis.failed(error, 0);
  }

  #tellIfUp(): void {
    if (!this.up) return;
    if (!this.#wasUp) this.#logger.log('Redis is connected');
    this.#wasUp = true;
    OUTAGES.redis.worked(0);
    const otherData = this.#otherData;
    this.#otherData = false;
    for (const { back } of this.#listeners) back?.(otherData);
  }
}

/** The messages of the library and of servers hold no credentials; addresses are not included. */
function describe(error: unknown): string {
  const text = error instanceof Error ? error.message || error.name : String(error);
  const cause = error instanceof Error && error.cause instanceof Error ? ` (${error.cause.message})` : '';
  return `${text}${cause}`.slice(0, 300);
}
