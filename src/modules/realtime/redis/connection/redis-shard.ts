import { ErrorReply } from 'redis';
import { randomHex } from '../../../../common/security/random.js';
import { type RedisAddress } from '../../../../config/redis-target.js';
import { type RedisAccount, type RedisClient } from './redis-client.js';
import { RedisLink } from './redis-link.js';
import { RedisScript } from './redis-script.js';

export interface ShardOptions {
  readonly account: RedisAccount;
  readonly resolve: () => Promise<RedisAddress> | RedisAddress;
  /** Whether the server must confirm that it is a master. */
  readonly askRole: boolean;
  /** A key in one of this shard's slots; its value identifies the data set. */
  readonly marker: () => string;
}

/** Answers of a cluster's server about keys that are, or are becoming, another's. */
const ELSEWHERE = /^(?:MOVED|ASK) /;

/** How often a server that refuses writes is tried again, in milliseconds. */
const REFUSED_MS = 1_000;

/**
 * What a shard reports. `restored`: it takes commands again, or has lost its data; whatever is sent during the call
 * goes first. `otherData`: it may hold other data than before.
 */
export interface ShardEvents {
  readonly restored: (shard: RedisShard, otherData: boolean) => void;
  readonly commandsDown: (shard: RedisShard, error: unknown) => void;
  readonly subscriberUp: (shard: RedisShard) => void;
  readonly subscriberDown: (shard: RedisShard, error: unknown) => void;
  /** The server no longer holds a channel that it used to deliver. */
  readonly channelMoved: (shard: RedisShard, channel: string) => void;
  /** The shard's marker is, or is becoming, another's. */
  readonly markerMoved: () => void;
  readonly failure: (shard: RedisShard, error: unknown) => void;
}

/** One master, with a connection for commands and one for subscriptions. */
export class RedisShard {
  readonly commands: RedisLink;
  readonly subscriber: RedisLink;
  #mark: { readonly key: string; readonly value: string } | undefined;
  /** Identifies the server's process: with a restart or failover, recent writes may be lost. */
  #run = '';
  /** Identifies the data that was there when `restored` was last reported. */
  #restored: string | undefined;
  #refusing: NodeJS.Timeout | undefined;

  constructor(
    private readonly options: ShardOptions,
    private readonly events: ShardEvents,
  ) {
    const { account, resolve } = options;
    const onFailure = (error: unknown): void => {
      events.failure(this, error);
    };
    this.commands = new RedisLink({
      account,
      resolve,
      onFailure,
      check: (client) => this.#checkCommands(client),
      onUp: (client) => {
        for (const { source } of RedisScript.all) void client.scriptLoad(source).catch(onFailure);
        this.#tellRestored();
      },
      onDown: (error) => {
        events.commandsDown(this, error);
      },
    });
    this.subscriber = new RedisLink({
      account,
      resolve,
      onFailure,
      check: (client) => this.#checkSubscriber(client),
      onUp: (client) => {
        client.on('sharded-channel-moved', (channel: string) => {
          events.channelMoved(this, channel);
        });
        events.subscriberUp(this);
      },
      onDown: (error) => {
        events.subscriberDown(this, error);
      },
    });
  }

  get up(): boolean {
    return this.commands.up && this.subscriber.up;
  }

  start(): void {
    this.commands.start();
    this.subscriber.start();
  }

  close(): void {
    this.commands.close();
    this.subscriber.close();
  }

  /**
   * The server answers but refused a command, e.g. because it is full: reports `restored` as soon as it accepts writes
   * again.
   */
  refused(): void {
    const { client } = this.commands;
    if (client === undefined || this.#refusing !== undefined) return;
    this.#refusing = setTimeout(() => void this.#tryToWrite(client), REFUSED_MS).unref();
  }

  /** Writes an empty string, which changes nothing but is refused like any other write. */
  async #tryToWrite(client: RedisClient): Promise<void> {
    const passes = await client.setRange(this.options.marker(), 0, '').then(
      () => true,
      () => false,
    );
    this.#refusing = undefined;
    // A new connection reports `restored` anyway.
    if (this.commands.client !== client) return;
    if (passes) this.#tellRestored();
    else this.refused();
  }

  #tellRestored(): void {
    const data = `${this.#run} ${this.#mark?.value ?? ''}`;
    const otherData = data !== this.#restored;
    this.#restored = data;
    this.events.restored(this, otherData);
  }

  /** Checks that the server answers, has the right role, and still holds the same data set. */
  async #checkCommands(client: RedisClient): Promise<void> {
    await this.#checkRole(client);
    if (this.commands.client !== client) this.#run = await runOf(client);
    const key = this.options.marker();
    const value = await markOf(client, key).catch((error: unknown) => {
      if (error instanceof ErrorReply && ELSEWHERE.test(error.message)) return undefined;
      throw error;
    });
    // The server is well: only one of its slots moves.
    if (value === undefined) {
      this.events.markerMoved();
      return;
    }
    const before = this.#mark;
    this.#mark = { key, value };
    if (this.commands.client === client && before?.key === key && before.value !== value) this.#tellRestored();
  }

  async #checkSubscriber(client: RedisClient): Promise<void> {
    if (this.options.askRole) await this.#checkRole(client);
    else await client.ping();
  }

  async #checkRole(client: RedisClient): Promise<void> {
    if (!this.options.askRole) return;
    const [role] = await client.sendCommand<[string]>(['ROLE']);
    if (role !== 'master') throw new Error(`the server is a ${role}`);
  }
}

async function markOf(client: RedisClient, key: string): Promise<string> {
  const value = await client.get(key);
  if (value !== null) return value;
  await client.set(key, randomHex(8), { condition: 'NX' });
  return (await client.get(key)) ?? '';
}

/** When the server does not tell its run id, every connection counts as a new run. */
async function runOf(client: RedisClient): Promise<string> {
  const info = await client.info('server').catch((error: unknown) => {
    if (error instanceof ErrorReply) return '';
    throw error;
  });
  return /^run_id:(\w+)/m.exec(info)?.[1] ?? randomHex(8);
}
