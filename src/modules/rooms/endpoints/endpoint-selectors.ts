import { type RevocationSelectors } from '../../realtime/access/revocation-selectors.js';

interface NamedEndpoint {
  readonly id: number;
  /** `null`: it was made under another secret key, so nobody knows. */
  readonly code: string | null;
  readonly madeByKey: number | null;
}

/** What a revocation that concerns an endpoint names: its id, its code or the key that made it. */
export function endpointSelectors(selectors: RevocationSelectors, { id, code, madeByKey }: NamedEndpoint): string[] {
  const named = [selectors.of('endpoint', id)];
  if (code !== null) named.push(selectors.of('endpoint', code));
  if (madeByKey !== null) named.push(selectors.of('apiKey', madeByKey));
  // Every connection keeps them, but not the room that V8 leaves for more.
  return named.slice();
}
