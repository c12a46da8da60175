import { useQueries } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { useMay } from '../rights/may.js';
import { localGroups } from './actions.js';
import { type Group } from './hit.js';
import { SOURCES } from './sources.js';

const PAUSE_MS = 200;
/** Longer texts are not names; servers refuse them. */
const LONGEST = 200;

interface Found {
  readonly groups: readonly Group[];
  readonly searching: boolean;
  /** Sources that could not be asked, and why. */
  readonly failed: readonly { readonly name: string; readonly why: string }[];
}

/** The hits for a text. Sources are asked independently, so that none waits for another. */
export function useGroups(written: string): Found {
  const text = written.trim().slice(0, LONGEST);
  const settled = useSettled(text);
  const may = useMay();
  const queries = useQueries({
    queries: SOURCES.map(({ name, find }) => ({
      queryKey: ['palette', name, settled],
      queryFn: ({ signal }: { signal: AbortSignal }) => find(settled, signal),
      enabled: settled !== '',
      staleTime: 10_000,
      retry: false,
    })),
  });
  const local = localGroups(text, may);
  if (text === '') return { groups: local, searching: false, failed: [] };
  const asked = queries.map((query, i) => ({ ...query, name: SOURCES[i]?.name ?? '' }));
  return {
    groups: [...local, ...asked.map(({ name, data = [] }) => ({ name, hits: settled === text ? data : [] }))].filter(
      ({ hits }) => hits.length > 0,
    ),
    searching: settled !== text || asked.some(({ isFetching }) => isFetching),
    failed: asked.flatMap(({ name, error }) => (error === null ? [] : [{ name, why: error.message }])),
  };
}

/** The text, once typing has paused. */
function useSettled(text: string): string {
  const [settled, settle] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => {
      settle(text);
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [text]);
  return settled;
}
