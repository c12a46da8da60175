import { setTimeout as sleep } from 'node:timers/promises';
import { type RedisAddress } from '../../../../config/redis-target.js';
import {
  discard,
  openClient,
  type RedisAccount,
  RedisAway,
  type RedisArgument,
  type RedisClient,
} from './redis-client.js';

/** How often a connection must prove that it is alive. After two missed checks it is dropped, within 3 seconds. */
const CHECK_MS = 1_000;
const CHANCES = 2;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

export interface LinkOptions {
  readonly account: RedisAccount;
  /** Where to connect to; asked before each attempt. */
  readonly resolve: () => Promise<RedisAddress> | RedisAddress;
  /** Runs before the connection is used, and every second after; throws when this server is unsuitable. */
  readonly check: (client: RedisClient) => Promise<void>;
  readonly onUp: (client: RedisClient) => void;
  readonly onDown: (error: unknown) => void;
  /** An attempt failed; another follows. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * One self-healing connection. While it is down, commands fail at once and nothing is queued. A server that accepts
 * connections but does not answer counts as down.
 */
export class RedisLink {
  #client: RedisClient | undefined;
  #closed = false;
  #fail: ((error: unknown) => void) | undefined;

  constructor(private readonly options: LinkOptions) {}

  /** The client while the connection is up. */
  get client(): RedisClient | undefined {
    return this.#client;
  }

  get up(): boolean {
    return this.#client !== undefined;
  }

  start(): void {
    void this.#run();
  }

  /** Closes for good; pending commands fail. */
  close(): void {
    this.#closed = true;
    this.#fail?.(new Error('closed'));
  }

  /** Drops the connection and connects again. */
  reset(reason: unknown): void {
    this.#fail?.(reason);
  }

  send<T>(args: RedisArgument[]): Promise<T> {
    return this.#client === undefined ? Promise.reject(new RedisAway()) : this.#client.sendCommand<T>(args);
  }

  async #run(): Promise<void> {
    let wait = FIRST_WAIT_MS;
    while (!this.#closed) {
      const started = performance.now();
      await this.#session().catch(this.options.onFailure);
      // After a connection that lasted, start again with short waits.
      if (performance.now() - started > 10 * LONGEST_WAIT_MS) wait = FIRST_WAIT_MS;
      await sleep(wait * (0.5 + Math.random() / 2), undefined, { ref: false });
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }

  /** Runs from connecting to the end of the connection, which is always a rejection. */
  async #session(): Promise<void> {
    const address = await this.options.resolve();
    if (this.#closed) return;
    const client = openClient(address, this.options.account);
    let watch: NodeJS.Timeout | undefined;
    try {
      await new Promise<never>((_, reject) => {
        const fail = (error: unknown): void => {
          // A late event of an old connection must not touch the next one.
          if (this.#fail !== fail) return;
          this.#fail = undefined;
          this.#lose(client, error);
          reject(error instanceof Error ? error : new Error(String(error)));
        };
        this.#fail = fail;
        client.on('error', fail).on('end', () => {
          fail(new Error('the connection was closed'));
        });
        watch = this.#watch(client, fail);
        this.#open(client, fail).catch(fail);
      });
    } finally {
      clearInterval(watch);
      discard(client);
    }
  }

  async #open(client: RedisClient, fail: (error: unknown) => void): Promise<void> {
    await client.connect();
    await this.options.check(client);
    // Given up in the meantime.
    if (this.#fail !== fail) return;
    this.#client = client;
    this.options.onUp(client);
  }

  #lose(client: RedisClient, error: unknown): void {
    if (this.#client !== client) return;
    this.#client = undefined;
    this.options.onDown(error);
  }

  /**
   * Counts missed checks instead of elapsed time: between two checks this process has read whatever had arrived, so its
   * own slowness is not blamed on the server.
   */
  #watch(client: RedisClient, fail: (error: unknown) => void): NodeJS.Timeout {
    let missed = 0;
    let asking = false;
    return setInterval(() => {
      if (asking || !this.up) {
        if (++missed >= (this.up ? CHANCES : 2 * CHANCES)) fail(new Error('the server does not answer'));
        return;
      }
      asking = true;
      this.options.check(client).then(() => {
        asking = false;
        missed = 0;
      }, fail);
    }, CHECK_MS).unref();
  }
}
