import { type ReactNode, useEffect } from 'react';
import styles from './page.module.css';

interface PageProps {
  readonly title: string;
  /** Links to what this is part of, the outermost first. */
  readonly above?: readonly ReactNode[];
  /** Next to the title: badges, an id. */
  readonly beside?: ReactNode;
  readonly actions?: ReactNode;
  readonly children: ReactNode;
}

/** A screen: its title, what it is part of, and its actions. */
export function Page({ title, above = [], beside, actions, children }: PageProps) {
  useEffect(() => {
    document.title = `${title} · Switchboard`;
  }, [title]);
  return (
    <div className={styles['page']}>
      <header className={styles['header']}>
        <div className={styles['names']}>
          {above.length > 0 && (
            <nav aria-label="Above" className={styles['above']}>
              {above.map((link, i) => (
                <span key={i}>{link}</span>
              ))}
            </nav>
          )}
          <div className={styles['line']}>
            <h1>
              <bdi>{title}</bdi>
            </h1>
            {beside}
          </div>
        </div>
        {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** A part of a screen. */
export function Panel({ title, actions, children }: { title: string; actions?: ReactNode; children: ReactNode }) {
  return (
    <section className={styles['panel']} aria-label={title}>
      <header className={styles['header']}>
        <h2>{title}</h2>
        {actions !== undefined && <div className={styles['actions']}>{actions}</div>}
      </header>
      {children}
    </section>
  );
}
