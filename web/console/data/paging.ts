export interface ListPage<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  /** How many there are on all pages, where the server counts them. */
  readonly total?: number;
  /** Nodes that were silent; the items are without theirs. */
  readonly missing?: readonly string[];
}

export interface Paging {
  readonly limit: number;
  readonly cursor?: string;
}
