import { createClient } from 'redis';
import { AppError } from '../../../../common/errors/app-error.js';
import { type RedisAddress } from '../../../../config/redis-target.js';

/** Time limit for establishing a connection, in milliseconds. */
const CONNECT_MS = 2_000;
/** Time limit for connecting, asking and getting the answer, in milliseconds. */
const ASK_MS = 1_000;
/** Commands that may wait for answers on one connection; more than that are refused. */
const MOST_PENDING = 200_000;

export type RedisArgument = string | Buffer;

/** The credentials and settings of our connections. */
export interface RedisAccount {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  readonly tls: boolean;
}

export type RedisClient = ReturnType<typeof ORIGINAL.duplicate>;

/** Redis is away, too slow, or unable to serve a command right now. */
export class RedisAway extends AppError {
  /** @param cause what went wrong after the command was sent; absent when it was never sent */
  constructor(cause?: unknown) {
    super('broker_unavailable', 'The state shared by the nodes cannot be reached right now.', {
      retryAfterSeconds: 1,
      cause,
    });
    this.name = 'RedisAway';
  }

  /** Whether the command was sent, and so may have been executed. */
  get sent(): boolean {
    return this.cause !== undefined;
  }
}

/** Never connected, only duplicated: creating the first client takes the library 40 ms, a duplicate next to nothing. */
const ORIGINAL = createClient({
  // RESP 3 marks push messages as such, so that a subscribed connection can still be pinged.
  RESP: 3,
  name: 'switchboard',
  disableOfflineQueue: true,
  disableClientInfo: true,
  maintNotifications: 'disabled',
  commandsQueueMaxLength: MOST_PENDING,
  // Each link has its own watchdog. A timer per command costs seven times the command and does not notice a hanging
  // server.
  commandOptions: { timeout: 0 },
});

/**
 * The library's connection to one server, without its automatic reconnects. The opener hears of its end through `error`
 * or `end` and opens another. That way a single place decides where to connect, and nothing queues meanwhile.
 */
export function openClient({ host, port }: RedisAddress, { database, tls, ...login }: RedisAccount): RedisClient {
  return ORIGINAL.duplicate({
    socket: { host, port, connectTimeout: CONNECT_MS, reconnectStrategy: false, ...(tls && { tls, servername: host }) },
    database,
    ...(login.username !== undefined && { username: login.username }),
    ...(login.password !== undefined && { password: login.password }),
  });
}

/** Ends a connection at once; pending commands fail. */
export function discard(client: RedisClient): void {
  try {
    client.destroy();
  } catch {
    // It had already ended.
  }
}

/** Sends one command over a connection of its own. Fails after a second without an answer. */
export async function askOnce<T>(address: RedisAddress, account: RedisAccount, args: RedisArgument[]): Promise<T> {
  const client = openClient(address, account);
  const late = setTimeout(discard, ASK_MS, client);
  client.on('error', () => undefined);
  try {
    await client.connect();
    return await client.sendCommand<T>(args);
  } finally {
    clearTimeout(late);
    discard(client);
  }
}
