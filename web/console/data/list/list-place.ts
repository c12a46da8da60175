import { useNavigate, useSearch } from '@tanstack/react-router';
import { useMemo } from 'react';
import { type Search } from '../../app/search.js';

const DEFAULT_LIMIT = 50;
const MOST = 200;

/** Keyset pages only lead forward, so this remembers the cursor of the page before each one, for this visit. */
const cameFrom = new Map<string, string | undefined>();

/** The position in a list, as given by the address, and ways to change it. */
export function useListPlace(prefix: string) {
  const all: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  return useMemo(() => {
    const own = (name: string) => all[prefix + name];
    const search: Search = Object.fromEntries(
      Object.entries(all)
        .filter(([name]) => name.startsWith(prefix) && ![`${prefix}cursor`, `${prefix}limit`].includes(name))
        .map(([name, value]) => [name.slice(prefix.length), value]),
    );
    const cursor = own('cursor');
    const limit = Math.min(MOST, Math.max(1, Math.trunc(Number(own('limit') ?? DEFAULT_LIMIT)) || DEFAULT_LIMIT));
    const go = (changes: Search, replace = false) => {
      const named = Object.fromEntries(Object.entries(changes).map(([name, value]) => [prefix + name, value]));
      void navigate({ to: '.', search: { ...all, ...named }, replace, resetScroll: false });
    };
    return {
      search,
      paging: { limit, ...(cursor !== undefined && { cursor }) },
      previous: cursor === undefined ? undefined : cameFrom.get(cursor),
      goTo: (next: string | undefined) => {
        if (next !== undefined && !cameFrom.has(next)) cameFrom.set(next, cursor);
        go({ cursor: next });
      },
      /** Other filters start at the first page. */
      filter: (changes: Search) => {
        go({ ...changes, cursor: undefined }, 'q' in changes);
      },
      clear: (names: readonly string[]) => {
        go(Object.fromEntries([...names, 'cursor'].map((name) => [name, undefined])));
      },
    };
  }, [all, prefix, navigate]);
}

export type ListPlace = ReturnType<typeof useListPlace>;
