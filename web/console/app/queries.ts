import { MutationCache, QueryClient } from '@tanstack/react-query';
import { SwitchboardProblem, UnexpectedAnswer } from '@switchboard/client/rest';

export const queryClient: QueryClient = new QueryClient({
  // After any change, what is on the screen is read again, and nothing else.
  mutationCache: new MutationCache({
    onSettled: (_data, error) => (error === null ? queryClient.invalidateQueries() : undefined),
  }),
  defaultOptions: {
    queries: {
      staleTime: 2000,
      // The client has already retried what may be retried.
      retry: (failures, error) =>
        failures < 1 && !(error instanceof SwitchboardProblem) && !(error instanceof UnexpectedAnswer),
    },
    mutations: { networkMode: 'always' },
  },
});
