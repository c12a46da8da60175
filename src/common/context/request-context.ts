import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { type NextFunction, type Request, type RequestHandler, type Response } from 'express';
import { userAgentOf } from '../text/user-agent.js';

/** What logs and problem bodies say about the current request. */
export interface RequestContext {
  readonly requestId: string;
  /** The client's address, resolved through trusted proxies. */
  readonly address: string;
  /** The client's User-Agent header. */
  readonly userAgent: string | null;
  /** Who makes the request, once the guard knows. */
  principal?: { readonly kind: string; readonly id: string; readonly label: string };
}

/** The context that asynchronous code runs in. */
interface Surroundings {
  readonly request?: RequestContext | undefined;
  /** The database transaction that all queries of this code belong to. */
  readonly transaction?: object;
}

const storage = new AsyncLocalStorage<Surroundings>();

/**
 * Milliseconds without a request until the storage is switched off: while it is on, every promise and callback of the
 * process pays for it (in Node before 24), including those of sockets. Work that a request leaves running for longer is
 * logged without its context.
 */
const REST_MS = 1_000;
/** Number of requests whose response has not ended, and of running transactions. */
let serving = 0;
let resting: NodeJS.Timeout | undefined;

function began(): void {
  serving++;
  clearTimeout(resting);
}

function ended(): void {
  if (--serving > 0) return;
  clearTimeout(resting);
  resting = setTimeout(() => {
    storage.disable();
  }, REST_MS).unref();
}

/** The request this code runs for; `undefined` outside of one, e.g. for socket messages and timers. */
export function currentRequest(): RequestContext | undefined {
  return storage.getStore()?.request;
}

/** The transaction that `withTransaction` was given around this code. */
export function currentTransaction(): object | undefined {
  return storage.getStore()?.transaction;
}

/** Runs `work` so that everything it calls and awaits can find the transaction. */
export async function withTransaction<T>(transaction: object, work: () => Promise<T>): Promise<T> {
  began();
  try {
    return await storage.run({ request: currentRequest(), transaction }, work);
  } finally {
    ended();
  }
}

/** Where a request comes from. */
export type Caller = Pick<RequestContext, 'address' | 'userAgent'>;

export function currentCaller(): Caller {
  const { address = '', userAgent = null } = currentRequest() ?? {};
  return { address, userAgent };
}

/** Request ids from callers go into logs, so only harmless ones are accepted. */
const ACCEPTABLE_ID = /^[A-Za-z0-9._-]{1,64}$/;

/**
 * Express middleware: gives every request an id (or keeps the caller's), echoes it, and provides the context for what
 * follows.
 */
export function requestContext(addressOf: (request: Request) => string): RequestHandler {
  return (request: Request, response: Response, next: NextFunction) => {
    const given = request.headers['x-request-id'];
    const requestId = typeof given === 'string' && ACCEPTABLE_ID.test(given) ? given : randomUUID();
    response.setHeader('X-Request-Id', requestId);
    began();
    response.once('close', ended);
    const userAgent = userAgentOf(request.headers['user-agent']);
    storage.run({ request: { requestId, address: addressOf(request), userAgent } }, next);
  };
}
