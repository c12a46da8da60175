import { MutationCache, QueryClient } from '@tanstack/react-query';
import { SwitchboardProblem, UnexpectedAnswer } from '@switchboard/client/rest';

export const queryClient: QueryClient = new QueryClient({
  // Whatever has been changed: what is then on the screen is read again, and nothing else is.
  mutationCache: new MutationCache({
    onSettled: (_data, error) => (error === null ? queryClient.invalidateQueries() : undefined),
  }),
  defaultOptions: {
    queries: {
      staleTime: 2000,
      // The client has tried already what may be tried again.
      retry: (failures, error) =>
        failures < 1 && !(error instanceof SwitchboardProblem) && !(error instanceof UnexpectedAnswer),
    },
    mutations: { networkMode: 'always' },
  },
});
