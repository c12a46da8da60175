import { Link, useSearch } from '@tanstack/react-router';
import { type Search } from '../app/search.js';
import styles from './tabs.module.css';

interface TabsProps {
  readonly label: string;
  /** Without a `tab` in the address it is the first. */
  readonly tabs: readonly { readonly name: string; readonly tab?: string }[];
}

/** Views of one screen, each with an address of its own; filters go along. */
export function Tabs({ label, tabs }: TabsProps) {
  const search: Search = useSearch({ strict: false });
  // Another view has other pages. What is left out here may be in the address of the view one is at.
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
