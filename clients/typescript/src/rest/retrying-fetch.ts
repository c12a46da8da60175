import { fullJitter, wait } from '../backoff.js';
import { retryAfterMs } from '../retry-after.js';
import { NoAnswer } from './problem.js';

export interface RetryOptions {
  /** Total number of attempts, default 4; 1 = never retry. */
  readonly attempts?: number;
  /** Longest wait in milliseconds, default 30,000. A longer `Retry-After` is left to the caller. */
  readonly longestMs?: number;
}

export type Send = (request: Request) => Promise<Response>;

const FIRST_MS = 250;
const IDEMPOTENT = new Set(['GET', 'HEAD', 'OPTIONS', 'PUT', 'DELETE']);

/** Retries requests that may be sent twice, after 429, 503 and network errors. */
export function retrying(send: Send, { attempts = 4, longestMs = 30_000 }: RetryOptions = {}): Send {
  return async (request) => {
    const limit = mayRepeat(request) ? attempts : 1;
    for (let attempt = 1; ; attempt++) {
      const last = attempt >= limit;
      const answer = await attemptOnce(send, last ? request : request.clone());
      if (last || !('failure' in answer || isBusy(answer))) {
        if ('failure' in answer) throw new NoAnswer('The server does not answer', { cause: answer.failure });
        return answer;
      }
      const asked = 'failure' in answer ? undefined : retryAfterMs(answer.headers.get('Retry-After'));
      if (asked !== undefined && asked > longestMs && !('failure' in answer)) return answer;
      if (!('failure' in answer)) await answer.body?.cancel();
      await wait((asked ?? 0) + fullJitter(attempt - 1, { firstMs: FIRST_MS, longestMs }), request.signal);
    }
  };
}

async function attemptOnce(send: Send, request: Request): Promise<Response | { readonly failure: unknown }> {
  try {
    return await send(request);
  } catch (failure) {
    // Fetch reports network errors as TypeError; anything else, above all an abort, is the caller's.
    if (!(failure instanceof TypeError)) throw failure;
    return { failure };
  }
}

const mayRepeat = (request: Request): boolean =>
  IDEMPOTENT.has(request.method) || request.headers.has('Idempotency-Key');

const isBusy = ({ status }: Response): boolean => status === 429 || status === 503;
