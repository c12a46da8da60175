export interface BackoffOptions {
  /** Upper bound of the first wait in milliseconds; it doubles with each failure. */
  readonly firstMs: number;
  readonly longestMs: number;
}

/** Full jitter: a random wait up to a bound that doubles, so that a server's clients do not all come back at once. */
export function fullJitter(failures: number, { firstMs, longestMs }: BackoffOptions): number {
  return Math.random() * Math.min(longestMs, firstMs * 2 ** Math.min(failures, 30));
}

/** Resolves after `ms`; rejects with the signal's reason when that comes first. */
export function wait(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const abort = (): void => {
      clearTimeout(timer);
      reject(signal?.reason as Error);
    };
    const timer = setTimeout(() => {
      signal?.removeEventListener('abort', abort);
      resolve();
    }, ms);
    if (signal?.aborted) abort();
    else signal?.addEventListener('abort', abort, { once: true });
  });
}
