import { useQuery, type UseQueryResult } from '@tanstack/react-query';
import { paused } from '../../app/paused.js';
import { useKept } from '../../app/preferences.js';

export const LIVE_MS = 5000;

/** Reads something, and refreshes it while somebody looks. @param everyMs `false`: news trigger the refresh */
export function useLiveQuery<T>(
  key: readonly unknown[],
  read: (signal: AbortSignal) => Promise<T>,
  everyMs: number | false = LIVE_MS,
): UseQueryResult<T> {
  const isPaused = useKept(paused);
  return useQuery({
    queryKey: key,
    queryFn: ({ signal }) => read(signal),
    refetchInterval: isPaused ? false : everyMs,
  });
}
