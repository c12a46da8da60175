/** Counts of everything clients see, by name. */
export class Tally {
  readonly #counts = new Map<string, number>();

  add(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  get(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Counts whose names begin with `prefix`, without it, sorted by name. */
  under(prefix: string): Record<string, number> {
    const found = [...this.#counts].filter(([name]) => name.startsWith(prefix));
    return Object.fromEntries(
      found.map(([name, count]) => [name.slice(prefix.length), count] as const).sort(([a], [b]) => (a < b ? -1 : 1)),
    );
  }
}
