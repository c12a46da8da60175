import { type Page } from './cursor.js';

/** The position of a live thing in order of arrival; lists of live things are kept in memory. */
export interface Place {
  /** Milliseconds since the epoch. */
  readonly at: number;
  /** Unique in the list; letters, digits, `-` and `_`. */
  readonly id: string;
}

export const MAX_PLACE_CURSOR = 128;

function comparePlaces(a: Place, b: Place): number {
  if (a.at !== b.at) return a.at - b.at;
  return a.id < b.id ? -1 : a.id > b.id ? 1 : 0;
}

const encodePlace = ({ at, id }: Place): string => Buffer.from(`${at}.${id}`).toString('base64url');

/** The place a cursor stands for; `undefined` when it is not one of ours. */
export function decodePlace(cursor: string): Place | undefined {
  if (cursor.length > MAX_PLACE_CURSOR) return undefined;
  const [, at, id = ''] = /^(\d{1,15})\.([\w-]{1,64})$/.exec(Buffer.from(cursor, 'base64url').toString('latin1')) ?? [];
  const place = { at: Number(at), id };
  return id !== '' && encodePlace(place) === cursor ? place : undefined;
}

/**
 * A page of `all`, which may be in any order. Items that come or go between requests do not shift others to another
 * page.
 */
export function pageByPlace<T>(
  all: readonly T[],
  { limit, cursor }: { readonly limit: number; readonly cursor?: string | undefined },
  placeOf: (item: T) => Place,
): Page<T> {
  const after = cursor === undefined ? undefined : decodePlace(cursor);
  const rest = all
    .map((item) => ({ item, place: placeOf(item) }))
    .filter(({ place }) => after === undefined || comparePlaces(place, after) > 0)
    .sort((a, b) => comparePlaces(a.place, b.place));
  const shown = rest.slice(0, limit);
  const last = shown.at(-1);
  return {
    items: shown.map(({ item }) => item),
    nextCursor: rest.length > limit && last !== undefined ? encodePlace(last.place) : null,
  };
}
