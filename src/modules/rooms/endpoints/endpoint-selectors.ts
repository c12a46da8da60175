import { type RevocationSelectors } from '../../realtime/access/revocation-selectors.js';

interface NamedEndpoint {
  readonly id: number;
  /** `null`: it was made under another secret key, so nobody knows. */
  readonly code: string | null;
  readonly madeByKey: number | null;
}

/** What a revocation that concerns an endpoint names: its id, its code or the key that made it. */
export function endpointSelectors(selectors: RevocationSelectors, { id, code, madeByKey }: NamedEndpoint): string[] {
  return [
    selectors.of('endpoint', id),
    ...(code === null ? [] : [selectors.of('endpoint', code)]),
    ...(madeByKey === null ? [] : [selectors.of('apiKey', madeByKey)]),
  ];
}
