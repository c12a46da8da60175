/** How one environment variable is read: documented, validated and typed. The documentation is generated from it. */
interface Reading<T> {
  readonly description: string;
  /** Shown as the default in the documentation. */
  readonly defaultText: string;
  readonly secret?: boolean;
  /** When unset, a value is generated into a file, once. */
  readonly generated?: boolean;
  /** `text` is `undefined` when the variable is unset or empty. @throws Error with the reason when it is not valid */
  read(text: string | undefined, production: boolean): T;
}

export interface Variable<T> extends Reading<T> {
  /** Section heading in the generated documentation. */
  readonly group: VariableGroup;
}

export type VariableGroup =
  'Process' | 'Storage' | 'Accounts' | 'Sign-in' | 'Network' | 'Limits' | 'Calls' | 'Circles' | 'Observability';

interface Doc {
  readonly description: string;
  readonly secret?: boolean;
  readonly generated?: boolean;
}

/** Puts `variables` into one section of the documentation. */
export function inGroup<T extends Readonly<Record<string, unknown>>>(
  group: VariableGroup,
  variables: { readonly [K in keyof T]: Reading<T[K]> },
): { readonly [K in keyof T]: Variable<T[K]> } {
  const grouped = Object.entries<Reading<unknown>>(variables).map(([name, variable]) => [name, { ...variable, group }]);
  return Object.fromEntries(grouped) as { readonly [K in keyof T]: Variable<T[K]> };
}

const fail = (reason: string): never => {
  throw new Error(reason);
};

/** A whole number within `min..max`. */
export function integer(doc: Doc & { default: number; min: number; max: number; unit?: string }): Reading<number> {
  return {
    ...doc,
    defaultText: doc.unit ? `${doc.default} ${doc.unit}` : String(doc.default),
    read: (text) => {
      if (text === undefined) return doc.default;
      const value = /^\d{1,15}$/.test(text) ? Number(text) : NaN;
      return value >= doc.min && value <= doc.max
        ? value
        : fail(`must be a whole number from ${doc.min} to ${doc.max}`);
    },
  };
}

/** Free text; `check` returns the reason when it is not valid. */
export function text(doc: Doc & { default: string; check?: (value: string) => string | undefined }): Reading<string> {
  return {
    ...doc,
    defaultText: doc.default,
    read: (value) => {
      const reason = value === undefined ? undefined : doc.check?.(value);
      return reason ? fail(reason) : (value ?? doc.default);
    },
  };
}

/** Free text that may be unset. */
export function optionalText(
  doc: Doc & { defaultText?: string; check?: (value: string, production: boolean) => string | undefined },
): Reading<string | undefined> {
  return {
    ...doc,
    defaultText: doc.defaultText ?? 'unset',
    read: (value, production) => {
      const reason = value === undefined ? undefined : doc.check?.(value, production);
      return reason ? fail(reason) : value;
    },
  };
}

/** One of a closed set, with another default in production where `productionDefault` is given. */
export function choice<const C extends readonly string[]>(
  doc: Doc & { choices: C; default: C[number]; productionDefault?: C[number] },
): Reading<C[number]> {
  return {
    ...doc,
    defaultText: doc.productionDefault ? `${doc.default} (production: ${doc.productionDefault})` : doc.default,
    read: (value, production) => {
      if (value === undefined) return (production && doc.productionDefault) || doc.default;
      return doc.choices.includes(value) ? value : fail(`must be one of ${doc.choices.join(', ')}`);
    },
  };
}

/** Comma-separated list of at most `most` items; `undefined` when unset. Secret items are never quoted. */
export function list(
  doc: Doc & { defaultText: string; most?: number; check?: (item: string) => string | undefined },
): Reading<readonly string[] | undefined> {
  return {
    ...doc,
    read: (value) => {
      const items = value
        ?.split(',')
        .map((item) => item.trim())
        .filter(Boolean);
      if (doc.most !== undefined && (items?.length ?? 0) > doc.most) fail(`must have at most ${doc.most} items`);
      for (const item of items ?? []) {
        const reason = doc.check?.(item);
        if (reason) fail(doc.secret ? reason : `«${item}» ${reason}`);
      }
      return items;
    },
  };
}

/** Why `value` is not an absolute URL of one of `protocols`, or `undefined`. */
export function urlFault(value: string, protocols: readonly string[]): string | undefined {
  const protocol = URL.canParse(value) ? new URL(value).protocol.slice(0, -1) : '';
  return protocols.includes(protocol) ? undefined : `must be a URL that begins with ${protocols.join(':// or ')}://`;
}
