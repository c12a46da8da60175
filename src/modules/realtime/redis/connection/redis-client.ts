import { createClient } from 'redis';
import { AppError } from '../../../../common/errors/app-error.js';
import { type RedisAddress } from '../../../../config/redis-target.js';

/** Milliseconds a connection may take to be made. */
const CONNECT_MS = 2_000;
/** Milliseconds for connecting, asking and being answered. */
const ASK_MS = 1_000;
/** Commands that may wait for their answers on one connection; a burst above it is refused. */
const MOST_PENDING = 200_000;

export type RedisArgument = string | Buffer;

/** What our connections log in with. */
export interface RedisAccount {
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly database: number;
  readonly tls: boolean;
}

export type RedisClient = ReturnType<typeof ORIGINAL.duplicate>;

/** Redis is away, too slow, or cannot do it right now. */
export class RedisAway extends AppError {
  /** @param cause what happened after the command was sent; without it, it was not */
  constructor(cause?: unknown) {
    super('broker_unavailable', 'What the nodes share cannot be reached right now.', { retryAfterSeconds: 1, cause });
    this.name = 'RedisAway';
  }

  /** Whether the command was sent, so that it may have been carried out. */
  get sent(): boolean {
    return this.cause !== undefined;
  }
}

/** Never connected. Making the first of its kind takes the library 40 ms, a copy of it next to nothing. */
const ORIGINAL = createClient({
  // Push messages of their own kind: a subscribed connection can be asked whether it lives.
  RESP: 3,
  name: 'switchboard',
  disableOfflineQueue: true,
  disableClientInfo: true,
  maintNotifications: 'disabled',
  commandsQueueMaxLength: MOST_PENDING,
  // Every link watches itself. A timer per command costs seven times the command, and does not see a server that hangs.
  commandOptions: { timeout: 0 },
});

/**
 * The library's connection to one server, without any healing of its own: whoever opens it hears of its end by `error`
 * or `end`, and opens another one. So there is one place that decides where to connect to, and nothing queues meanwhile.
 */
export function openClient({ host, port }: RedisAddress, { database, tls, ...login }: RedisAccount): RedisClient {
  return ORIGINAL.duplicate({
    socket: { host, port, connectTimeout: CONNECT_MS, reconnectStrategy: false, ...(tls && { tls, servername: host }) },
    database,
    ...(login.username !== undefined && { username: login.username }),
    ...(login.password !== undefined && { password: login.password }),
  });
}

/** Ends a connection at once; what waits for an answer fails. */
export function discard(client: RedisClient): void {
  try {
    client.destroy();
  } catch {
    // It had ended by itself.
  }
}

/** Asks one server one thing. Fails after a second without an answer. */
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
