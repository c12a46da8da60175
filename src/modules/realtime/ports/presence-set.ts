declare const holds: unique symbol;

/** Name of a set whose members come and go, each with a value `T`. Made by its `PresenceKind`. */
export type PresenceSet<T = unknown> = string & { readonly [holds]: T };

/** Sets of one kind: their names differ only in a key, which has no colon. `T` survives JSON. */
export class PresenceKind<T> {
  constructor(
    private readonly before: string,
    private readonly after = '',
  ) {}

  of(key: string | number): PresenceSet<T> {
    return `${this.before}:${key}${this.after}` as PresenceSet<T>;
  }

  /** @returns `undefined` for a set of another kind */
  keyOf(set: PresenceSet): string | undefined {
    if (!set.startsWith(`${this.before}:`) || !set.endsWith(this.after)) return undefined;
    const key = set.slice(this.before.length + 1, set.length - this.after.length);
    return key.includes(':') ? undefined : key;
  }
}
