import { type RevocationSelectors } from '../../realtime/access/revocation-selectors.js';

interface NamedEndpoint {
  readonly id: number;
  /** `null` when it was created under another secret key, so that it cannot be recovered. */
  readonly code: string | null;
  readonly madeByKey: number | null;
}

/** Names under which a revocation may concern an endpoint: its id, its code, and the key that created it. */
export function endpointSelectors(selectors: RevocationSelectors, { id, code, madeByKey }: NamedEndpoint): string[] {
  const named = [selectors.of('endpoint', id)];
  if (code !== null) named.push(selectors.of('endpoint', code));
  if (madeByKey !== null) named.push(selectors.of('apiKey', madeByKey));
  // Copied to exact size: every connection keeps this array, without V8's spare capacity.
  return named.slice();
}
