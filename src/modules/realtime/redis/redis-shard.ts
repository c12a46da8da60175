import { randomHex } from '../../../common/security/random.js';
import { type RedisAddress } from '../../../config/redis-target.js';
import { type RedisAccount, type RedisClient } from './redis-client.js';
import { RedisLink } from './redis-link.js';
import { RedisScript } from './redis-script.js';

export interface ShardOptions {
  readonly account: RedisAccount;
  readonly resolve: () => Promise<RedisAddress> | RedisAddress;
  /** Whether the server must say that it is a master. */
  readonly askRole: boolean;
  /** A key in one of this shard's slots, whose value names the data set. */
  readonly marker: () => string;
}

/** What a shard tells. `restored`: commands pass again, or what was stored is gone; whatever is sent now goes first. */
export interface ShardEvents {
  readonly restored: (shard: RedisShard) => void;
  readonly commandsDown: (shard: RedisShard, error: unknown) => void;
  readonly subscriberUp: (shard: RedisShard) => void;
  readonly subscriberDown: (shard: RedisShard, error: unknown) => void;
  /** The server no longer holds a channel that it delivered. */
  readonly channelMoved: (shard: RedisShard, channel: string) => void;
  readonly failure: (shard: RedisShard, error: unknown) => void;
}

/** One master: a connection for commands, and one that listens. */
export class RedisShard {
  readonly commands: RedisLink;
  readonly subscriber: RedisLink;
  #mark: { readonly key: string; readonly value: string } | undefined;

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
        events.restored(this);
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

  /** Names the data that the shard holds: another name, other data. */
  get dataSet(): string {
    return this.#mark?.value ?? '';
  }

  start(): void {
    this.commands.start();
    this.subscriber.start();
  }

  close(): void {
    this.commands.close();
    this.subscriber.close();
  }

  /** That the server answers, is the right one, and still has the data set that it had. */
  async #checkCommands(client: RedisClient): Promise<void> {
    await this.#checkRole(client);
    const key = this.options.marker();
    let value = await client.get(key);
    if (value === null) {
      await client.set(key, randomHex(8), { condition: 'NX' });
      value = (await client.get(key)) ?? '';
    }
    const before = this.#mark;
    this.#mark = { key, value };
    if (this.commands.client === client && before?.key === key && before.value !== value) this.events.restored(this);
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
