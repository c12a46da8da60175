export interface ListPage<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
  /** The number of items on all pages, where the server counts them. */
  readonly total?: number;
  /** Nodes that did not answer; their items are missing. */
  readonly missing?: readonly string[];
}

export interface Paging {
  readonly limit: number;
  readonly cursor?: string;
}
