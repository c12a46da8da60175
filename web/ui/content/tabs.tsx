import { type ReactNode } from 'react';
import styles from './tabs.module.css';

/** Links between the parts of a screen, each with its own address. */
export function Tabs({ label, children }: { label: string; children: ReactNode }) {
  return (
    <nav aria-label={label} className={styles['tabs']}>
      {children}
    </nav>
  );
}
