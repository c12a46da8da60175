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

/** How often a connection has to prove that it lives. With two chances it is given up within 3 seconds. */
const CHECK_MS = 1_000;
const CHANCES = 2;
const FIRST_WAIT_MS = 50;
const LONGEST_WAIT_MS = 1_000;

export interface LinkOptions {
  readonly account: RedisAccount;
  /** Where to connect to, asked before each try. */
  readonly resolve: () => Promise<RedisAddress> | RedisAddress;
  /** Asked before the connection is used, and every second; throws when this server will not do. */
  readonly check: (client: RedisClient) => Promise<void>;
  readonly onUp: (client: RedisClient) => void;
  readonly onDown: (error: unknown) => void;
  /** A try failed; the next one follows. */
  readonly onFailure: (error: unknown) => void;
}

/**
 * One connection that heals. While it is down nothing is queued: commands fail at once. A server that accepts but does
 * not answer counts as down.
 */
export class RedisLink {
  #client: RedisClient | undefined;
  #closed = false;
  #fail: ((error: unknown) => void) | undefined;

  constructor(private readonly options: LinkOptions) {}

  /** The connection while it is up. */
  get client(): RedisClient | undefined {
    return this.#client;
  }

  get up(): boolean {
    return this.#client !== undefined;
  }

  start(): void {
    void this.#run();
  }

  /** For good. What waits for an answer fails. */
  close(): void {
    this.#closed = true;
    this.#fail?.(new Error('closed'));
  }

  /** Connects anew. */
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
      // One that held for a while may be tried again soon.
      if (performance.now() - started > 10 * LONGEST_WAIT_MS) wait = FIRST_WAIT_MS;
      await sleep(wait * (0.5 + Math.random() / 2), undefined, { ref: false });
      wait = Math.min(2 * wait, LONGEST_WAIT_MS);
    }
  }

  /** From the connection to its end, which is always a rejection. */
  async #session(): Promise<void> {
    const address = await this.options.resolve();
    if (this.#closed) return;
    const client = openClient(address, this.options.account);
    let watch: NodeJS.Timeout | undefined;
    try {
      await new Promise<never>((_, reject) => {
        const fail = (error: unknown): void => {
          // The next connection is none of this one's business.
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
    // Given up in the meantime?
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
   * Counts looks at the clock instead of time: between two of them this process has read what there was to read, so its
   * own slowness is not taken for the server's.
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
