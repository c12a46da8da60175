export interface ListPage<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

export interface Paging {
  readonly limit: number;
  readonly cursor?: string;
}
