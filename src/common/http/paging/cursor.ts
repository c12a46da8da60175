/** Larger pages are cut to this size. */
export const MAX_LIMIT = 200;
export const MAX_CURSOR = 64;

/** Ids are PostgreSQL integers. */
export const MAX_ID = 2_147_483_647;

/** The response of every list. */
export interface Page<T> {
  readonly items: readonly T[];
  readonly nextCursor: string | null;
}

/** Opaque to callers, so that its content may change without breaking them. */
export function encodeIdCursor(id: number): string {
  return Buffer.from(`id:${id}`).toString('base64url');
}

/** The id a cursor stands for; `undefined` when it is not one of ours. */
export function decodeIdCursor(cursor: string): number | undefined {
  if (cursor.length > MAX_CURSOR) return undefined;
  const digits = /^id:([1-9]\d{0,9})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1'))?.[1];
  const id = Number(digits);
  return digits !== undefined && id <= MAX_ID && encodeIdCursor(id) === cursor ? id : undefined;
}

/**
 * Where a keyset query continues, and how many rows it fetches: one more than the page, to see whether another page
 * follows.
 */
export function keyset(query: { readonly limit: number; readonly cursor?: string | undefined }): {
  afterId: number;
  take: number;
} {
  return { afterId: query.cursor === undefined ? 0 : (decodeIdCursor(query.cursor) ?? 0), take: query.limit + 1 };
}

/** Makes a page from the rows of such a query. */
export function toPage<R extends { readonly id: number }, T>(
  rows: readonly R[],
  limit: number,
  toItem: (row: R) => T,
): Page<T> {
  const shown = rows.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(toItem),
    nextCursor: rows.length > limit && last !== undefined ? encodeIdCursor(last.id) : null,
  };
}

/** A page in ascending order of ids. @param read returns up to `take` rows after an id */
export async function pageById<R extends { readonly id: number }>(
  query: { readonly limit: number; readonly cursor?: string | undefined },
  read: (afterId: number, take: number) => Promise<readonly R[]>,
): Promise<Page<R>> {
  const { afterId, take } = keyset(query);
  return toPage(await read(afterId, take), query.limit, (row) => row);
}
