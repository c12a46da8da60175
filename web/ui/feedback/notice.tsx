import { type ReactNode } from 'react';
import styles from './feedback.module.css';

export type Tone = 'plain' | 'good' | 'warn' | 'bad';

/** A few sentences that stand out; `alert` is read aloud at once. */
export function Notice({ tone = 'plain', alert, children }: { tone?: Tone; alert?: boolean; children: ReactNode }) {
  return (
    <div className={`${styles['notice'] ?? ''} ${styles[tone] ?? ''}`} role={alert === true ? 'alert' : undefined}>
      {children}
    </div>
  );
}

export function Badge({ tone = 'plain', children }: { tone?: Tone; children: ReactNode }) {
  return <span className={`${styles['badge'] ?? ''} ${styles[tone] ?? ''}`}>{children}</span>;
}

/** Shown instead of a list that has nothing to show. */
export function Empty({ title, children }: { title: string; children?: ReactNode }) {
  return (
    <div className={styles['empty']}>
      <p className={styles['title']}>{title}</p>
      {children}
    </div>
  );
}

/** Shown instead of what is still loading; only visible if that takes long. */
export function Skeleton({ lines = 6 }: { lines?: number }) {
  return (
    <div className={styles['skeleton']} role="status" aria-label="Loading">
      {Array.from({ length: lines }, (_, i) => (
        <span key={i} />
      ))}
    </div>
  );
}
