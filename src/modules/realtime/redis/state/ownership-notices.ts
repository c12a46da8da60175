import { type RedisConnection } from '../connection/redis-connection.js';
import { type RedisShard } from '../connection/redis-shard.js';

/**
 * Tells the node that owned an entry that another one took it, so that it will not bring it back after Redis lost its
 * data. Not told in time it may, which the entry's next writer puts right.
 */
export class OwnershipNotices {
  constructor(
    private readonly connection: RedisConnection,
    private owner: string,
    private readonly onTaken: (key: string, entry: string) => void,
  ) {
    connection.listen({
      subscriberUp: (shard) => {
        this.#listen(shard);
      },
      rerouted: () => {
        this.#listen(connection.shardOf(this.#channel(this.owner)));
      },
    });
    this.#listen(connection.shardOf(this.#channel(owner)));
  }

  /** This node has another incarnation. */
  rename(owner: string): void {
    this.owner = owner;
    this.#listen(this.connection.shardOf(this.#channel(owner)));
  }

  tell(owner: string, key: string, entry: string): void {
    const channel = this.#channel(owner);
    const command = this.connection.sharded ? 'SPUBLISH' : 'PUBLISH';
    this.connection.send(channel, [command, channel, JSON.stringify([key, entry])]).catch(() => undefined);
  }

  #channel(owner: string): string {
    return `${this.connection.prefix}o:${owner}`;
  }

  #listen(shard: RedisShard | undefined): void {
    const channel = this.#channel(this.owner);
    const client = shard?.subscriber.client;
    if (client === undefined || this.connection.shardOf(channel) !== shard) return;
    const subscribed = this.connection.sharded
      ? client.sSubscribe(channel, this.#receive)
      : client.subscribe(channel, this.#receive);
    subscribed.catch((error: unknown) => {
      this.connection.subscriptionFailed(shard, error);
    });
  }

  readonly #receive = (message: string): void => {
    try {
      const [key, entry] = JSON.parse(message) as [string, string];
      this.onTaken(key, entry);
    } catch {
      // None of ours.
    }
  };
}
