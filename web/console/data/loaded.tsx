import { type UseQueryResult } from '@tanstack/react-query';
import { Fragment, type ReactNode } from 'react';
import { Skeleton } from '../../ui/feedback/notice.js';
import { ProblemNotice } from '../../ui/feedback/problem.js';
import styles from './loaded.module.css';

/** What is read from the server, once it is there; what went wrong, as long as it does. */
export function Loaded<T>({ query, children }: { query: UseQueryResult<T>; children: (data: T) => ReactNode }) {
  const { data, error } = query;
  return (
    <Fragment>
      {error !== null && (
        <div className={styles['place']}>
          <ProblemNotice error={error} />
        </div>
      )}
      {data !== undefined && children(data)}
      {data === undefined && error === null && (
        <div className={styles['place']}>
          <Skeleton />
        </div>
      )}
    </Fragment>
  );
}
