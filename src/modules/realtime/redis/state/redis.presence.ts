import { Inject, Injectable, Logger } from '@nestjs/common';
import { inSlices } from '../../ports/ephemeral-store.js';
import { NodeIdentity } from '../../node-identity.js';
import { Presence, type PresenceMember, type UpdateOptions } from '../../ports/presence.js';
import { type PresenceSet } from '../../ports/presence-set.js';
import { type OwnedMember, OwnedMembers } from './owned-members.js';
import { OwnershipLedger } from './ownership-ledger.js';
import { ASSERT, ENTER, LEAVE, UPDATE } from './presence-scripts.js';
import { RedisAway } from '../connection/redis-client.js';
import { RedisConnection } from '../connection/redis-connection.js';
import { type RedisShard } from '../connection/redis-shard.js';

/** Members of one set rewritten per command. */
const ASSERT_AT_ONCE = 500;
/** How many sets have their lost members announced in parallel. */
const RELEASE_AT_ONCE = 16;

interface Stored<T = unknown> {
  readonly owner: string;
  readonly order: number;
  readonly generation: number;
  readonly member: PresenceMember<T>;
}

/** Members in Redis, one hash per set. Every change is one script on one key. */
@Injectable()
export class RedisPresence extends Presence {
  private readonly logger = new Logger(RedisPresence.name);
  private readonly owned = new OwnedMembers();
  private readonly ledger: OwnershipLedger;

  constructor(
    @Inject(RedisConnection) private readonly connection: RedisConnection,
    @Inject(NodeIdentity) identity: NodeIdentity,
  ) {
    super();
    this.ledger = new OwnershipLedger(connection, identity, 'members', {
      renamed: () => {
        this.owned.clear();
      },
      told: (set, id, data) => {
        this.changedElsewhere(set as PresenceSet, id, data);
      },
    });
    connection.listen({
      restored: (shard, otherData) => {
        this.restored(shard, otherData);
      },
      rerouted: () => {
        this.rerouted();
      },
    });
  }

  async enter<T>(set: PresenceSet<T>, { id, data }: PresenceMember<NoInfer<T>>): Promise<boolean> {
    const owner = this.ledger.me();
    const known = this.owned.get(set, id);
    if (known !== undefined) {
      if ((await this.get(set, id)) !== undefined) return false;
      // Another node has removed it, but the news has not reached this one.
      this.disown(set, id, known);
      return this.enter(set, { id, data });
    }
    const member: OwnedMember = { data: json(data), order: 0, generation: 0, changed: false, written: false };
    if (this.owned.add(set, id, member)) this.ledger.add(set);
    try {
      const order = await this.connection.run<number>(ENTER, this.key(set), [id, owner, member.data]);
      if (order > 0) {
        member.order = order;
        member.written = true;
        return true;
      }
    } catch (error) {
      // Ids are random or guarded by the caller, so it cannot clash; it is written when Redis is back.
      if (error instanceof RedisAway) return true;
      this.disown(set, id, member);
      throw error;
    }
    // If it was rewritten in the meantime, the id found there is this node's own.
    if (member.written) return true;
    this.disown(set, id, member);
    return false;
  }

  async update<T>(
    set: PresenceSet<T>,
    { id, data }: PresenceMember<NoInfer<T>>,
    options: UpdateOptions = {},
  ): Promise<boolean> {
    const owner = this.ledger.me();
    const mine = this.owned.get(set, id);
    const text = json(data);
    if (mine !== undefined) mine.data = text;
    let reply: string | null;
    try {
      const newOwner = options.adopt === true ? owner : '';
      reply = await this.connection.run<string | null>(UPDATE, this.key(set), [id, newOwner, text]);
    } catch (error) {
      if (!(error instanceof RedisAway) || mine === undefined) throw error;
      mine.changed = true;
      return true;
    }
    if (reply === null) return mine?.written !== true && this.owned.get(set, id) !== undefined;
    const before = parse(id, reply);
    if (mine !== undefined) {
      mine.written = true;
      mine.changed = false;
    }
    if (before.owner === owner) return true;
    if (options.adopt === true) {
      const { order, generation } = before;
      const adopted = { data: text, order, generation: generation + 1, changed: false, written: true };
      if (this.owned.add(set, id, adopted)) this.ledger.add(set);
      this.ledger.tell(before.owner, set, id);
    } else {
      this.ledger.tell(before.owner, set, id, text);
    }
    return true;
  }

  async leave<T>(set: PresenceSet<T>, id: string): Promise<PresenceMember<T> | undefined> {
    const owner = this.ledger.me();
    const mine = this.owned.get(set, id);
    if (mine !== undefined) {
      // Kept until the removal is confirmed: an entry neither renewed nor marked for removal would stay forever.
      this.owned.addLeaving(set, id);
      this.disown(set, id, mine, false);
    }
    try {
      const reply = await this.connection.run<string | null>(LEAVE, this.key(set), [id, '']);
      if (mine !== undefined) {
        this.owned.forgetLeaving(set, id);
        this.unlistIfEmpty(set);
      }
      if (reply === null) return mine && !mine.written ? member<T>(id, mine.data) : undefined;
      const before = parse<T>(id, reply);
      if (before.owner !== owner) this.ledger.tell(before.owner, set, id);
      return before.member;
    } catch (error) {
      if (error instanceof RedisAway && mine !== undefined) return member<T>(id, mine.data);
      throw error;
    }
  }

  async get<T>(set: PresenceSet<T>, id: string): Promise<PresenceMember<T> | undefined> {
    this.ledger.me();
    try {
      const reply = await this.connection.send<string | null>(this.key(set), ['HGET', this.key(set), `m${id}`]);
      return reply === null ? undefined : parse<T>(id, reply).member;
    } catch (error) {
      const mine = this.owned.get(set, id);
      if (error instanceof RedisAway && mine !== undefined) return member<T>(id, mine.data);
      throw error;
    }
  }

  async list<T>(set: PresenceSet<T>): Promise<PresenceMember<T>[]> {
    return (await this.stored<T>(set)).map((each) => each.member);
  }

  async count(set: PresenceSet): Promise<number> {
    const fields = await this.connection.send<number>(this.key(set), ['HLEN', this.key(set)]);
    return Math.max(0, fields - 1);
  }

  async releaseNode(owner: string): Promise<number> {
    if (owner === this.ledger.me()) this.owned.clear();
    return this.ledger.release(owner, RELEASE_AT_ONCE, (set) => this.releaseMembers(set as PresenceSet, owner));
  }

  /** One after another, in order of arrival; if this node dies meanwhile, another one continues with the rest. */
  private async releaseMembers(set: PresenceSet, owner: string): Promise<number> {
    let count = 0;
    for (const left of await this.stored(set)) {
      if (left.owner !== owner) continue;
      const args = [left.member.id, owner];
      if ((await this.connection.run<string | null>(LEAVE, this.key(set), args)) === null) continue;
      count++;
      await this.tellLost(set, left.member);
    }
    return count;
  }

  private async stored<T>(set: PresenceSet<T>): Promise<Stored<T>[]> {
    const key = this.key(set);
    const fields = await this.connection.send<Record<string, string>>(key, ['HGETALL', key]);
    return Object.entries(fields)
      .filter(([field]) => field.startsWith('m'))
      .map(([field, value]) => parse<T>(field.slice(1), value))
      .sort((a, b) => a.order - b.order);
  }

  /** A shard is back, or has lost its data: rewrites what it should hold. Everything is sent before this returns. */
  private restored(shard: RedisShard, otherData: boolean): void {
    const owner = this.ledger.me();
    const { sets, leaving } = this.owned;
    const work: Promise<unknown>[] = [];
    for (const [set, ids] of leaving) {
      if (this.connection.shardOf(this.key(set)) !== shard) continue;
      for (const id of ids) work.push(this.takeBack(owner, set, id));
    }
    const list = [...sets.keys()];
    this.ledger.restore(shard);
    const here = list.filter((set) => this.connection.shardOf(this.key(set)) === shard);
    const { client } = shard.commands;
    const assert = async (slice: readonly PresenceSet[]): Promise<void> => {
      // The next connection does this again.
      if (shard.commands.client !== client) return;
      const members = (set: PresenceSet): [string, OwnedMember][] => [...(sets.get(set) ?? [])];
      await Promise.all(slice.flatMap((set) => this.assertMembers(owner, set, members(set), otherData)));
    };
    work.push(inSlices(here, assert, this.connection.restoreAtOnce));
    this.repeatLater(work);
  }

  /** Writes what could not be written to the shards where the sets were. */
  private rerouted(): void {
    const owner = this.ledger.me();
    const { sets, leaving } = this.owned;
    const work: Promise<unknown>[] = [...leaving].flatMap(([set, ids]) =>
      [...ids].map((id) => this.takeBack(owner, set, id)),
    );
    for (const [set, members] of sets) {
      const unwritten = [...members].filter(([, { written, changed }]) => !written || changed);
      work.push(...this.assertMembers(owner, set, unwritten, false));
    }
    this.repeatLater(work);
  }

  /** What fails now is repeated when the shard is back again. */
  private repeatLater(work: readonly Promise<unknown>[]): void {
    void Promise.all(work).catch((error: unknown) => {
      this.logger.debug({ msg: 'members could not be restored', err: error });
    });
  }

  private async takeBack(owner: string, set: PresenceSet, id: string): Promise<void> {
    await this.connection.run(LEAVE, this.key(set), [id, owner]);
    this.owned.forgetLeaving(set, id);
    this.unlistIfEmpty(set);
  }

  private assertMembers(
    owner: string,
    set: PresenceSet,
    members: readonly (readonly [id: string, member: OwnedMember])[],
    otherData: boolean,
  ): Promise<void>[] {
    const work: Promise<void>[] = [];
    for (let from = 0; from < members.length; from += ASSERT_AT_ONCE) {
      const part = members.slice(from, from + ASSERT_AT_ONCE);
      const args = part.flatMap(([id, { data, order, generation, written, changed }]) => {
        // A member that was in Redis and is missing now was removed by a node that could not tell this one.
        const force = otherData || !written;
        return [id, String(order), String(generation), data, `${force ? 1 : 0}${changed ? 1 : 0}`];
      });
      work.push(
        this.connection.run<string[]>(ASSERT, this.key(set), [owner, ...args]).then((lost) => {
          for (const [, each] of part) {
            each.written = true;
            each.changed = false;
          }
          for (const id of lost) this.disown(set, id, this.owned.get(set, id));
        }),
      );
    }
    return work;
  }

  /** Another node removed a member or took it over (no data), or changed its data. */
  private changedElsewhere(set: PresenceSet, id: string, data: string | undefined): void {
    const mine = this.owned.get(set, id);
    if (mine === undefined) return;
    if (data === undefined) this.disown(set, id, mine);
    else mine.data = data;
  }

  /** Forgets a member that is no longer this node's to keep in Redis. */
  private disown(set: PresenceSet, id: string, member: OwnedMember | undefined, release = true): void {
    if (member === undefined || this.owned.get(set, id) !== member) return;
    if (this.owned.remove(set, id) && release) this.unlistIfEmpty(set);
  }

  private unlistIfEmpty(set: PresenceSet): void {
    if (!this.owned.sets.has(set) && !this.owned.leaving.has(set)) this.ledger.remove(set);
  }

  private key(set: PresenceSet): string {
    return `${this.connection.prefix}presence:${set}`;
  }
}

const json = (data: unknown): string => JSON.stringify(data ?? null);

const member = <T>(id: string, data: string): PresenceMember<T> => ({ id, data: JSON.parse(data) as T });

function parse<T>(id: string, value: string): Stored<T> {
  const [owner = '', order = '', generation = ''] = value.split(' ', 3);
  const data = value.slice(owner.length + order.length + generation.length + 3);
  return { owner, order: Number(order), generation: Number(generation), member: member<T>(id, data) };
}
