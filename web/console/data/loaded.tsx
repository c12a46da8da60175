import { type UseQueryResult } from '@tanstack/react-query';
import { type ReactNode } from 'react';
import { Page } from '../../ui/content/page.js';
import { Skeleton } from '../../ui/feedback/notice.js';
import { ProblemNotice } from '../../ui/feedback/problem.js';

interface LoadedProps<T> {
  readonly query: UseQueryResult<T>;
  readonly children: (data: T) => ReactNode;
}

/** Shows data from the server once it is there, and the error as long as there is one. */
export function Loaded<T>({ query: { data, error }, children }: LoadedProps<T>) {
  return (
    <>
      {error !== null && <ProblemNotice error={error} />}
      {data !== undefined && children(data)}
      {data === undefined && error === null && <Skeleton />}
    </>
  );
}

/** The same for a whole screen, which has a title in any case. */
export function LoadedPage<T>({ title, query, children }: LoadedProps<T> & { title: string }) {
  if (query.data !== undefined) return children(query.data);
  return (
    <Page title={title}>
      <Loaded query={query}>{children}</Loaded>
    </Page>
  );
}
