import { Inject, Injectable } from '@nestjs/common';
import { EphemeralStore, inSlices, type LifeTime, sum } from '../../ports/ephemeral-store.js';
import { type StoreKey } from '../../ports/store-key.js';
import { NodeIdentity } from '../../node-identity.js';
import { OwnershipLedger } from './ownership-ledger.js';
import { RedisAway } from '../connection/redis-client.js';
import { RedisConnection } from '../connection/redis-connection.js';
import { type RedisShard } from '../connection/redis-shard.js';
import {
  ASSERT,
  canonicalJson,
  INCREMENT,
  jsonOf,
  NOBODY,
  ownerOf,
  type RawEntry,
  RELEASE,
  RELEASE_OWNED,
  REPLACE,
  valueOf,
} from './store-entry.js';

/** How many entries of a dead node are released in parallel. */
const RELEASE_AT_ONCE = 500;
/** Lifetime passed for removals, which need no place on the list. */
const REMOVES: LifeTime = { ttlMs: 0 };

/**
 * Many nodes: entries live in Redis. Every operation is one command. The first write of an entry without a lifetime
 * also adds its key to the list of what this node owns, batched with others of the same turn.
 *
 * A node remembers the entries it owns. It rewrites them when Redis has lost them; while Redis is away it answers from
 * memory and may change them, and reconciles with Redis afterwards. Everything else fails meanwhile.
 */
@Injectable()
export class RedisEphemeralStore extends EphemeralStore {
  private readonly owned = new Map<string, RawEntry>();
  /**
   * Keys under which Redis may hold something of this node that should be gone, or lack something that should be there.
   */
  private readonly unsettled = new Set<string>();
  private readonly ledger: OwnershipLedger;
  private writes = 0;

  constructor(
    @Inject(RedisConnection) private readonly connection: RedisConnection,
    @Inject(NodeIdentity) identity: NodeIdentity,
  ) {
    super();
    this.ledger = new OwnershipLedger(connection, identity, 'entries', {
      renamed: (last) => {
        this.owned.clear();
        this.unsettled.clear();
        // Releases entries written after the others had looked.
        this.releaseNode(last).catch(() => undefined);
      },
      told: (key, entry) => {
        if (this.owned.get(key) === entry) this.forget(key);
      },
    });
    connection.listen({
      restored: (shard, otherData) => {
        this.restore(shard, otherData);
      },
      rerouted: () => {
        this.ledger.me();
        this.assertAll([...this.unsettled], false, () => true);
      },
    });
  }

  async get<T>(key: StoreKey<T>): Promise<T | undefined> {
    try {
      const name = this.nameOf(key);
      const held = await this.connection.send<RawEntry | null>(name, ['GET', name]);
      return held === null ? undefined : (valueOf(held) as T);
    } catch (error) {
      const own = error instanceof RedisAway ? this.owned.get(key) : undefined;
      if (own === undefined) throw error;
      return valueOf(own) as T;
    }
  }

  async claim<T>(key: StoreKey<T>, value: NoInfer<T>, life?: LifeTime): Promise<boolean> {
    if (this.ownAway(key) !== undefined) return false;
    const entry = this.entry(canonicalJson(value), life);
    const name = this.nameOf(key);
    const answer = await this.write<string | null>(
      key,
      () => this.connection.send(name, ['SET', name, entry, 'NX', ...lifeArguments(life)]),
      life,
    );
    if (answer === null) this.unlist(key);
    else this.wrote(key, entry, null);
    return answer !== null;
  }

  async swap<T>(key: StoreKey<T>, value: NoInfer<T>, life?: LifeTime): Promise<T | undefined> {
    const before = await this.swapText(key, canonicalJson(value), life);
    return before === null ? undefined : (valueOf(before) as T);
  }

  async swapAll<T>(keys: readonly StoreKey<T>[], value: NoInfer<T>, life?: LifeTime): Promise<void> {
    const json = canonicalJson(value);
    await inSlices(keys, (slice) => Promise.all(slice.map((key) => this.swapText(key, json, life))));
  }

  async replace<T>(key: StoreKey<T>, from: NoInfer<T>, to: NoInfer<T>, life?: LifeTime): Promise<boolean> {
    const expected = canonicalJson(from);
    const entry = this.entry(canonicalJson(to), life);
    const own = this.ownAway(key);
    if (own !== undefined) {
      if (jsonOf(own) !== expected) return false;
      this.writeAway(key, entry);
      return true;
    }
    const before = await this.write<RawEntry | null>(
      key,
      () => this.connection.run(REPLACE, this.nameOf(key), [expected, entry, lifeText(life)]),
      life,
    );
    if (before === null) this.unlist(key);
    else this.wrote(key, entry, before);
    return before !== null;
  }

  async take<T>(key: StoreKey<T>): Promise<T | undefined> {
    const own = this.ownAway(key);
    if (own !== undefined) {
      this.removeAway(key);
      return valueOf(own) as T;
    }
    const name = this.nameOf(key);
    const before = await this.write<RawEntry | null>(key, () => this.connection.send(name, ['GETDEL', name]), REMOVES);
    this.removed(key, before);
    return before === null ? undefined : (valueOf(before) as T);
  }

  release<T>(key: StoreKey<T>, value: NoInfer<T>): Promise<boolean> {
    return this.releaseText(key, canonicalJson(value));
  }

  async releaseAll<T>(keys: readonly StoreKey<T>[], value: NoInfer<T>): Promise<number> {
    const json = canonicalJson(value);
    const release = async (slice: readonly string[]): Promise<number> =>
      (await Promise.all(slice.map((key) => this.releaseText(key, json)))).filter(Boolean).length;
    return sum(await inSlices(keys, release));
  }

  async increment(
    key: StoreKey<number>,
    by: number,
    options: LifeTime & { limit?: number } = {},
  ): Promise<number | undefined> {
    const { limit } = options;
    const own = this.ownAway(key);
    if (own !== undefined) {
      const sum = (Number(jsonOf(own)) || 0) + by;
      if (limit !== undefined && sum > limit) return undefined;
      this.writeAway(key, this.entry(`${sum}`, options));
      return sum;
    }
    const args = [`${by}`, limit === undefined ? '' : `${limit}`, this.stamp(options), lifeText(options)];
    const answer = await this.write<[RawEntry, RawEntry | null] | null>(
      key,
      () => this.connection.run(INCREMENT, this.nameOf(key), args),
      options,
    );
    if (answer === null) {
      this.unlist(key);
      return undefined;
    }
    const [entry, before] = answer;
    this.wrote(key, entry, before);
    return Number(jsonOf(entry));
  }

  async releaseNode(owner: string): Promise<number> {
    if (owner === this.ledger.me()) for (const key of [...this.owned.keys()]) this.forget(key);
    return this.ledger.release(owner, RELEASE_AT_ONCE, (key) =>
      this.connection.run<number>(RELEASE_OWNED, this.nameOf(key), [`${owner}.`]),
    );
  }

  /** @returns what was there before */
  private async swapText(key: string, json: string, life: LifeTime | undefined): Promise<RawEntry | null> {
    const entry = this.entry(json, life);
    const own = this.ownAway(key);
    if (own !== undefined) {
      this.writeAway(key, entry);
      return own;
    }
    const name = this.nameOf(key);
    const before = await this.write<RawEntry | null>(
      key,
      () => this.connection.send(name, ['SET', name, entry, 'GET', ...lifeArguments(life)]),
      life,
    );
    this.wrote(key, entry, before);
    return before;
  }

  private async releaseText(key: string, json: string): Promise<boolean> {
    const own = this.ownAway(key);
    if (own !== undefined) {
      if (jsonOf(own) !== json) return false;
      this.removeAway(key);
      return true;
    }
    const command = (): Promise<RawEntry | null> => this.connection.run(RELEASE, this.nameOf(key), [json]);
    const before = await this.write(key, command, REMOVES);
    if (before !== null) this.removed(key, before);
    return before !== null;
  }

  private nameOf(key: string): string {
    return `${this.connection.prefix}e:${key}`;
  }

  private entry(json: string, life: LifeTime | undefined): RawEntry {
    return `${this.stamp(life)} ${json}`;
  }

  private stamp(life: LifeTime | undefined): string {
    const owner = this.ledger.me();
    return life?.ttlMs === undefined ? `${owner}.${++this.writes}` : NOBODY;
  }

  /** While Redis is away, this node's own entry; once it is back, Redis decides. */
  private ownAway(key: string): RawEntry | undefined {
    if (this.connection.shardOf(this.nameOf(key))?.commands.up === true) return undefined;
    return this.owned.get(key);
  }

  /** @throws RedisAway when the new entry would have a lifetime, because nothing would expire it meanwhile */
  private writeAway(key: string, entry: RawEntry): void {
    if (ownerOf(entry) === undefined) throw new RedisAway();
    this.owned.set(key, entry);
    this.unsettled.add(key);
  }

  private removeAway(key: string): void {
    this.forget(key);
    this.unsettled.add(key);
  }

  private async write<T>(key: string, command: () => Promise<T>, life: LifeTime | undefined): Promise<T> {
    const answer = command();
    // Before the answer arrives: if this node died in between, nobody would find the entry.
    if (life?.ttlMs === undefined) this.ledger.add(key);
    try {
      return await answer;
    } catch (error) {
      // A command that was sent may have been executed all the same.
      if (!(error instanceof RedisAway) || error.sent) this.unsettled.add(key);
      else this.unlist(key);
      throw error;
    }
  }

  /** A write had no effect: takes the key off the list unless this node owns it. */
  private unlist(key: string): void {
    if (!this.owned.has(key)) this.ledger.remove(key);
  }

  private wrote(key: string, entry: RawEntry, before: RawEntry | null): void {
    if (ownerOf(entry) === this.ledger.me()) {
      this.owned.set(key, entry);
      this.ledger.add(key);
    } else {
      this.forget(key);
    }
    this.tellOwner(key, before);
  }

  private removed(key: string, before: RawEntry | null): void {
    this.forget(key);
    this.tellOwner(key, before);
  }

  private forget(key: string): void {
    if (this.owned.delete(key)) this.ledger.remove(key);
  }

  private tellOwner(key: string, before: RawEntry | null): void {
    if (before === null) return;
    const owner = ownerOf(before);
    if (owner !== undefined && owner !== this.ledger.me()) this.ledger.tell(owner, key, before);
  }

  /** Brings Redis in line with what this node remembers, where the entries are still its own. */
  private restore(shard: RedisShard, otherData: boolean): void {
    this.ledger.me();
    this.ledger.restore(shard);
    const { client } = shard.commands;
    const keys = [...new Set([...this.owned.keys(), ...this.unsettled])].filter(
      (key) => this.connection.shardOf(this.nameOf(key)) === shard,
    );
    // The next connection does this again.
    this.assertAll(keys, otherData, () => shard.commands.client === client);
  }

  private assertAll(keys: readonly string[], force: boolean, goesOn: () => boolean): void {
    const assert = async (slice: readonly string[]): Promise<void> => {
      if (goesOn()) await Promise.all(slice.map((key) => this.assert(key, force)));
    };
    void inSlices(keys, assert, this.connection.restoreAtOnce);
  }

  /**
   * Brings Redis in line for one key. Never throws.
   * @param force write the entry even if it is missing; otherwise another node removed it but could not tell this one
   */
  private async assert(key: string, force: boolean): Promise<void> {
    const entry = this.owned.get(key) ?? '';
    this.unsettled.delete(key);
    const args = [`${this.ledger.me()}.`, entry, force ? '1' : '0'];
    try {
      const mine = await this.connection.run<number>(ASSERT, this.nameOf(key), args);
      if (entry === '') this.unlist(key);
      else if (mine === 0 && this.owned.get(key) === entry) this.forget(key);
    } catch {
      this.unsettled.add(key);
    }
  }
}

const lifeText = (life: LifeTime | undefined): string =>
  life?.ttlMs === undefined ? '' : `${Math.max(1, Math.ceil(life.ttlMs))}`;

const lifeArguments = (life: LifeTime | undefined): string[] =>
  life?.ttlMs === undefined ? [] : ['PX', lifeText(life)];
