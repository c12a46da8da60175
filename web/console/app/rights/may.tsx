import { useQuery } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { sdk } from '../client.js';
import { mayDo, type Operation } from './least-role.js';

/** Who is signed in. Only people come here; a device has no role. */
export function useMe() {
  const { data } = useQuery({ queryKey: ['me'], queryFn: ({ signal }) => sdk.auth.me({ signal }), staleTime: 60_000 });
  return data !== undefined && 'email' in data ? data : undefined;
}

/** Tells what the one who is signed in may do: nothing while that is not known. */
export function useMay(): (operation: Operation) => boolean {
  const me = useMe();
  return (operation) => me !== undefined && mayDo(me.role, operation);
}

/** What is shown only to who may do it. */
export function May({ do: operation, children }: { do: Operation; children: ReactNode }) {
  return useMay()(operation) && children;
}
