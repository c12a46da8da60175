import { createHmac } from 'node:crypto';

/** What a revocation may name. Each protocol's principals say which selectors apply to them. */
export const SELECTORS = ['user', 'device', 'apiKey', 'endpoint', 'service', 'guestCode', 'iota', 'issuer'] as const;
export type SelectorName = (typeof SELECTORS)[number];

/** Selectors whose subject may be a secret; only its keyed digest is kept. */
const CODES: ReadonlySet<SelectorName> = new Set(['endpoint', 'guestCode']);
/** Endpoints are also named by id. Codes are never that short. */
const isEndpointId = (name: SelectorName, text: string): boolean => name === 'endpoint' && /^[1-9]\d{0,9}$/.test(text);

/** Builds selectors such as `service:5`. For codes they hold a keyed digest. */
export class RevocationSelectors {
  private readonly lookups = new Map<SelectorName, (value: string) => Promise<boolean>>();

  /** @param key derived for this purpose only */
  constructor(private readonly key: Buffer) {}

  subject(name: SelectorName, value: string | number): string {
    const text = String(value);
    if (CODES.has(name) && !isEndpointId(name, text)) return createHmac('sha256', this.key).update(text).digest('hex');
    return name === 'iota' ? text.toLowerCase() : text;
  }

  /** Registers `exists`, which says whether selector `name` has such a subject right now. */
  know(name: SelectorName, exists: (value: string) => Promise<boolean>): void {
    this.lookups.set(name, exists);
  }

  async exists(name: SelectorName, value: string | number): Promise<boolean> {
    return (await this.lookups.get(name)?.(String(value))) ?? false;
  }

  of(name: SelectorName, value: string | number): string {
    return selector(name, this.subject(name, value));
  }
}

export function selector(name: string, subject: string): string {
  return `${name}:${subject}`;
}

/** Whom a selector names. */
export interface Subject {
  readonly name: SelectorName;
  readonly subject: string;
}

export function parseSelector(text: string): Subject | undefined {
  const [name, ...subject] = text.split(':');
  const known = SELECTORS.find((each) => each === name);
  return known === undefined ? undefined : { name: known, subject: subject.join(':') };
}
