import { type ReactNode } from 'react';
import styles from './skip-to.module.css';

/** Leads past what many keys would lead through; seen by those alone who come to it by keyboard. The address stays. */
export function SkipTo({ id, children }: { id: string; children: ReactNode }) {
  return (
    <a
      className={styles['skip']}
      href={`#${id}`}
      onClick={(event) => {
        event.preventDefault();
        document.getElementById(id)?.focus();
      }}
    >
      {children}
    </a>
  );
}
