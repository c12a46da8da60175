import { type ReactNode } from 'react';
import styles from './facts.module.css';

/** Names with their values. `undefined` is left out; `null` is shown as a dash. */
export function Facts({ facts }: { facts: Readonly<Record<string, ReactNode>> }) {
  return (
    <dl className={styles['facts']}>
      {Object.entries(facts)
        .filter(([, value]) => value !== undefined)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value ?? '–'}</dd>
          </div>
        ))}
    </dl>
  );
}

/** A few large numbers. */
export function Stats({ stats }: { stats: readonly { name: string; value: ReactNode; more?: ReactNode }[] }) {
  return (
    <dl className={styles['stats']}>
      {stats.map(({ name, value, more }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd className={styles['large']}>{value}</dd>
          {more !== undefined && <dd className={styles['more']}>{more}</dd>}
        </div>
      ))}
    </dl>
  );
}
