import { createHmac } from 'node:crypto';

/** What a revocation may name. A protocol's principals say which of these they are. */
export const SELECTORS = ['user', 'device', 'apiKey', 'endpoint', 'service', 'guestCode', 'iota'] as const;
export type SelectorName = (typeof SELECTORS)[number];

/** Selectors whose subject is a secret: only its keyed digest is kept. */
const CODES: ReadonlySet<SelectorName> = new Set(['endpoint', 'guestCode']);

/** Makes selectors such as `service:5`; of codes they hold a keyed digest. */
export class RevocationSelectors {
  /** @param key bound to this purpose */
  constructor(private readonly key: Buffer) {}

  subject(name: SelectorName, value: string | number): string {
    const text = String(value);
    if (CODES.has(name)) return createHmac('sha256', this.key).update(text).digest('hex');
    return name === 'iota' ? text.toLowerCase() : text;
  }

  of(name: SelectorName, value: string | number): string {
    return selector(name, this.subject(name, value));
  }
}

export function selector(name: string, subject: string): string {
  return `${name}:${subject}`;
}
