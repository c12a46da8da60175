import { type ReactNode } from 'react';
import styles from './skip-to.module.css';

/** A link past long lists of controls, only visible to those who reach it by keyboard. Does not change the address. */
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
