import { useQuery } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { sdk } from '../client.js';
import { mayDo, type Operation } from './least-role.js';

/** The signed-in person. Only people use the console; a device has no role. */
export function useMe() {
  const { data } = useQuery({ queryKey: ['me'], queryFn: ({ signal }) => sdk.auth.me({ signal }), staleTime: 60_000 });
  return data !== undefined && 'email' in data ? data : undefined;
}

/** Tells what the signed-in person may do: nothing as long as that is not known. */
export function useMay(): (operation: Operation) => boolean {
  const me = useMe();
  return (operation) => me !== undefined && mayDo(me.role, operation);
}

/** Shown only to those who may perform the operation. */
export function May({ do: operation, children }: { do: Operation; children: ReactNode }) {
  return useMay()(operation) && children;
}
