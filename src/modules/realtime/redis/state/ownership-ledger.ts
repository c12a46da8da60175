import { type NodeIdentity } from '../../node-identity.js';
import { type RedisConnection } from '../connection/redis-connection.js';
import { type RedisShard } from '../connection/redis-shard.js';

/** How often names are taken off the list, in milliseconds. */
const TIDY_MS = 1_000;
const CHUNK = 500;

interface Owner {
  /** The other nodes took away what this node owned under the name `last`. */
  readonly renamed: (last: string) => void;
  /** Another node changed something of this node's. */
  readonly told: (name: string, word: string, data?: string) => void;
}

/**
 * What a node owns of one kind. A set of names in Redis outlives the node, so that the others can find what it left
 * behind; on a channel they tell it what they did to its property. A name is listed before its owner could die with it
 * and may stay listed for a while, so readers check each thing again. A told change may get lost; the owner may then
 * restore what another node took, until the next writer corrects it.
 */
export class OwnershipLedger {
  #owner: string;
  /** Where the list was when it was last rewritten. */
  #home: RedisShard | undefined;
  readonly #listed = new Set<string>();
  readonly #toRemove = new Set<string>();
  #toAdd: string[] = [];
  #tidying: NodeJS.Timeout | undefined;

  constructor(
    private readonly connection: RedisConnection,
    private readonly identity: NodeIdentity,
    private readonly kind: 'entries' | 'members',
    private readonly node: Owner,
  ) {
    this.#owner = identity.incarnation;
    const listen = (shard = connection.shardOf(this.#channel(this.#owner))): void => {
      this.#listen(shard);
    };
    connection.listen({
      subscriberUp: listen,
      rerouted: () => {
        listen();
        const home = connection.shardOf(this.#key(this.#owner));
        if (home !== undefined && home !== this.#home) this.restore(home);
      },
    });
    listen();
  }

  /** The owner name for what this node writes now. */
  me(): string {
    const last = this.#owner;
    const { incarnation } = this.identity;
    if (last !== incarnation) {
      this.#flush();
      this.#owner = incarnation;
      this.#listed.clear();
      this.#toRemove.clear();
      this.#listen(this.connection.shardOf(this.#channel(incarnation)));
      this.node.renamed(last);
    }
    return incarnation;
  }

  /** Lists `name`, in the same write as whatever else this turn sends. */
  add(name: string): void {
    this.#toRemove.delete(name);
    if (this.#listed.has(name)) return;
    this.#listed.add(name);
    if (this.#toAdd.push(name) > 1) return;
    queueMicrotask(() => {
      this.#flush();
    });
  }

  remove(name: string): void {
    this.#toRemove.add(name);
    this.#tidying ??= setTimeout(() => {
      this.#tidy();
    }, TIDY_MS).unref();
  }

  /** Rewrites the whole list, if `shard` holds it. */
  restore(shard: RedisShard): void {
    if (this.connection.shardOf(this.#key(this.#owner)) !== shard) return;
    this.#home = shard;
    this.#send('SADD', [...this.#listed]);
  }

  /**
   * Walks through the list of `owner`, which may be dead, and takes off what was dealt with.
   * @param release deals with one thing and returns how many it released; it may be called again for the same one
   * @throws RedisAway
   */
  async release(owner: string, atOnce: number, release: (name: string) => Promise<number>): Promise<number> {
    const key = this.#key(owner);
    let released = 0;
    let cursor = '0';
    do {
      const command = ['SSCAN', key, cursor, 'COUNT', `${CHUNK}`];
      const [next, names] = await this.connection.send<[string, string[]]>(key, command);
      const left = [...names];
      const work = async (): Promise<void> => {
        for (let name = left.pop(); name !== undefined; name = left.pop()) {
          const count = await release(name);
          released += count;
        }
      };
      await Promise.all(Array.from({ length: atOnce }, work));
      if (names.length > 0) await this.connection.send(key, ['SREM', key, ...names]);
      cursor = next;
    } while (cursor !== '0');
    return released;
  }

  /** Tells `owner` of a change; see `Owner.told`. */
  tell(owner: string, ...words: Parameters<Owner['told']>): void {
    const channel = this.#channel(owner);
    const command = this.connection.sharded ? 'SPUBLISH' : 'PUBLISH';
    this.connection.send(channel, [command, channel, JSON.stringify(words)]).catch(() => undefined);
  }

  #flush(): void {
    const names = this.#toAdd;
    this.#toAdd = [];
    this.#send('SADD', names);
  }

  #tidy(): void {
    this.#tidying = undefined;
    const names = [...this.#toRemove];
    this.#toRemove.clear();
    for (const name of names) this.#listed.delete(name);
    this.#send('SREM', names);
  }

  #send(command: 'SADD' | 'SREM', names: readonly string[]): void {
    const key = this.#key(this.#owner);
    for (let at = 0; at < names.length; at += CHUNK) {
      // Whatever is lost with the connection is rewritten when it is back.
      this.connection.send(key, [command, key, ...names.slice(at, at + CHUNK)]).catch(() => undefined);
    }
  }

  #listen(shard: RedisShard | undefined): void {
    const channel = this.#channel(this.#owner);
    const client = shard?.subscriber.client;
    if (client === undefined || this.connection.shardOf(channel) !== shard) return;
    const subscribed = this.connection.sharded
      ? client.sSubscribe(channel, this.#receive)
      : client.subscribe(channel, this.#receive);
    subscribed.catch((error: unknown) => {
      this.connection.subscriptionFailed(shard, error);
    });
  }

  readonly #receive = (message: string, channel: string): void => {
    if (channel !== this.#channel(this.#owner)) return;
    try {
      const [name = '', word = '', data] = JSON.parse(message) as string[];
      this.node.told(name, word, data);
    } catch {
      // Not one of our messages.
    }
  };

  #key(owner: string): string {
    return `${this.connection.prefix}{${owner}}:${this.kind}`;
  }

  #channel(owner: string): string {
    return `${this.connection.prefix}o:${this.kind}:${owner}`;
  }
}
