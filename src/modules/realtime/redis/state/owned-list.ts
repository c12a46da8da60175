import { type RedisConnection } from '../connection/redis-connection.js';
import { type RedisShard } from '../connection/redis-shard.js';

/** How often names are taken off the list again. */
const TIDY_MS = 1_000;
const CHUNK = 500;

/**
 * Names of what a node owns, in a set in Redis that outlives it: by it the others find what it left behind. A name is
 * on it before its owner could die with it, and may stay for a while after; whoever reads it looks at each thing again.
 */
export class OwnedList {
  #listed = new Set<string>();
  #toAdd: string[] = [];
  #toRemove = new Set<string>();
  readonly #timer: NodeJS.Timeout;

  /**
   * @param kind tells lists of one owner apart
   * @param owner incarnation of the node
   */
  constructor(
    private readonly connection: RedisConnection,
    private readonly kind: string,
    private readonly owner: string,
  ) {
    this.#timer = setInterval(() => {
      this.#tidy();
    }, TIDY_MS).unref();
  }

  /** The key of the set. */
  static key({ prefix }: RedisConnection, kind: string, owner: string): string {
    return `${prefix}{${owner}}:${kind}`;
  }

  /** In the write that carries what else this turn sends. */
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
  }

  /** Writes the whole list again, if `shard` keeps it. */
  restore(shard: RedisShard): void {
    const key = OwnedList.key(this.connection, this.kind, this.owner);
    if (this.connection.shardOf(key) === shard) this.#send('SADD', [...this.#listed]);
  }

  close(): void {
    clearInterval(this.#timer);
  }

  #flush(): void {
    const names = this.#toAdd;
    this.#toAdd = [];
    this.#send('SADD', names);
  }

  #tidy(): void {
    if (this.#toRemove.size === 0) return;
    const names = [...this.#toRemove];
    this.#toRemove.clear();
    for (const name of names) this.#listed.delete(name);
    this.#send('SREM', names);
  }

  #send(command: 'SADD' | 'SREM', names: readonly string[]): void {
    const key = OwnedList.key(this.connection, this.kind, this.owner);
    for (let at = 0; at < names.length; at += CHUNK) {
      // What is lost with the connection is written again when that is back.
      this.connection.send(key, [command, key, ...names.slice(at, at + CHUNK)]).catch(() => undefined);
    }
  }
}

/**
 * Walks the list of `owner`, which may be dead, and takes off what was dealt with.
 * @param release deals with one thing, and answers how many it released; it may be asked again for the same
 * @throws RedisAway
 */
export async function releaseListed(
  connection: RedisConnection,
  kind: string,
  owner: string,
  release: (name: string) => Promise<number>,
): Promise<number> {
  const key = OwnedList.key(connection, kind, owner);
  let released = 0;
  let cursor = '0';
  do {
    const [next, names] = await connection.send<[string, string[]]>(key, ['SSCAN', key, cursor, 'COUNT', `${CHUNK}`]);
    for (const count of await Promise.all(names.map(release))) released += count;
    if (names.length > 0) await connection.send(key, ['SREM', key, ...names]);
    cursor = next;
  } while (cursor !== '0');
  return released;
}
