import { Link, useSearch } from '@tanstack/react-router';
import { type Search } from '../app/search.js';
import styles from './tabs.module.css';

interface TabsProps {
  readonly label: string;
  /** The one without `tab` is shown by default. */
  readonly tabs: readonly { readonly name: string; readonly tab?: string }[];
}

/** Views of one screen, each with its own address; filters are kept. */
export function Tabs({ label, tabs }: TabsProps) {
  const search: Search = useSearch({ strict: false });
  // Another view has other pages. Parameters that are not replaced here stay those of the current view.
  const kept = Object.fromEntries(Object.entries(search).filter(([name]) => name !== 'cursor'));
  return (
    <nav aria-label={label} className={styles['tabs']}>
      {tabs.map(({ name, tab }) => (
        <Link
          key={name}
          to="."
          search={{ ...kept, tab }}
          activeOptions={{ includeSearch: true, explicitUndefined: true }}
        >
          {name}
        </Link>
      ))}
    </nav>
  );
}
