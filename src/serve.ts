import { Logger } from '@nestjs/common';
import { type NestExpressApplication } from '@nestjs/platform-express';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { setFlagsFromString } from 'node:v8';
import { BootError } from './common/errors/boot-error.js';
import { type AppConfig } from './config/app-config.js';
import { Lifecycle } from './modules/health/lifecycle.js';
import { type StopSignals } from './stop-signals.js';

/** Milliseconds that requests in flight get after the drain. */
const REQUEST_PATIENCE = 3_000;
/** Milliseconds that what they began gets after that; a query may run longer, and then loses its database. */
const CLOSE_PATIENCE = REQUEST_PATIENCE + 1_000;
/** Milliseconds after DRAIN_SECONDS by which the process is gone, whatever hangs. */
const EXIT_PATIENCE = 9_500;

/**
 * Bytes of the slabs that buffers are cut from. By Node's default of 8 KiB every frame of 4 KiB and more would be an
 * allocation of its own, which costs more than all else that is done with it.
 */
const BUFFER_SLAB = 131_072;

/**
 * Connections that the kernel keeps until they are accepted, as many as it allows (`net.core.somaxconn`). Node's own 511 would
 * be full while thousands come back at once and the process is busy with the first of them.
 */
const BACKLOG = 65_535;

const log = new Logger('Server');

/** Where a server listens. */
export interface Listening {
  readonly address: string;
  readonly port: number;
}

/** What Nest passes on to Node, and does not declare. */
interface ListeningApp {
  listen(port: number, host: string, backlog: number): Promise<unknown>;
}

/**
 * How far the heap may outgrow what the last full collection left. Left to itself, V8 allows a server whose objects mostly
 * die young 8 MB, and marks 60 MB once a second: a tenth of what coming in costs.
 */
const HEAP_GROWTH_PERCENT = 150;

/** To be called first, before any buffer is made. */
export function tuneProcess(): void {
  Buffer.poolSize = BUFFER_SLAB;
  setFlagsFromString(`--heap-growing-percent=${HEAP_GROWTH_PERCENT}`);
}

/**
 * Listens, serves until the signal to stop, drains and closes.
 * @throws BootError when it cannot listen
 */
export async function serveUntil(
  stop: StopSignals,
  app: NestExpressApplication,
  at: { readonly host: string; readonly port: number },
  onListening: (where: Listening) => Promise<void> | void,
): Promise<void> {
  const lifecycle = app.get(Lifecycle);
  try {
    await onListening(await listen(app, at));
    lifecycle.markReady();
    await stop.received();
    log.log(`${String(stop.signal.reason)}: draining`);
    await lifecycle.drain();
  } finally {
    await close(app);
  }
}

export function logListening({ address, port }: Listening, { http }: AppConfig): void {
  const host = address.includes(':') ? `[${address}]` : address;
  log.log(`Listening on ${http.tls ? 'https' : 'http'}://${host}:${port}`);
}

/** Leaves in any case once the patience after the signal to stop is over. */
export function exitInTheEnd(stop: StopSignals, { http }: AppConfig): void {
  stop.signal.addEventListener('abort', () => {
    setTimeout(
      () => {
        log.error('Stopping took too long; leaving');
        process.exit(1);
      },
      http.drainSeconds * 1_000 + EXIT_PATIENCE,
    ).unref();
  });
}

async function listen(
  app: NestExpressApplication,
  { host, port }: { readonly host: string; readonly port: number },
): Promise<Listening> {
  try {
    await (app as NestExpressApplication & ListeningApp).listen(port, host, BACKLOG);
  } catch (error) {
    const { code, syscall, message } = error as NodeJS.ErrnoException;
    // A worker hears of the primary's fault as one of `bind`.
    if (syscall !== 'listen' && syscall !== 'bind' && syscall !== 'getaddrinfo') throw error;
    const hint = code === 'EADDRINUSE' ? 'another program uses it; choose another PORT' : message;
    throw new BootError(`Cannot listen on ${host} port ${port}: ${hint}`, { cause: error });
  }
  return app.getHttpServer().address() as AddressInfo;
}

/** Requests in flight finish while the database is still there; idle and endless connections are cut. */
async function close(app: NestExpressApplication): Promise<void> {
  const server = app.getHttpServer();
  const idle = setInterval(() => {
    server.closeIdleConnections();
  }, 100);
  const patience = setTimeout(() => {
    server.closeAllConnections();
  }, REQUEST_PATIENCE);
  const limit = new AbortController();
  try {
    await Promise.race([app.close(), sleep(CLOSE_PATIENCE, undefined, { signal: limit.signal })]);
  } finally {
    limit.abort();
    clearInterval(idle);
    clearTimeout(patience);
  }
}
