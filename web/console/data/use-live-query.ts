import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { paused } from '../app/paused.js';
import { useKept } from '../app/preferences.js';

export const LIVE_MS = 5000;

/** Reads something, and again by itself while somebody looks. */
export function useLiveQuery<T>(
  key: readonly unknown[],
  read: (signal: AbortSignal) => Promise<T>,
  everyMs = LIVE_MS,
): UseQueryResult<T> {
  const isPaused = useKept(paused);
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => read(signal),
    refetchInterval: isPaused ? false : everyMs,
  });
}
