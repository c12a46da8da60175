import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { Button } from '../../../ui/actions/button.js';
import { plural } from '../../../ui/content/format.js';
import { Panel } from '../../../ui/content/page.js';
import { type Column, Table } from '../../../ui/content/table.js';
import { Loaded } from '../../data/loaded.js';
import styles from './settings.module.css';

interface Package {
  readonly name: string;
  readonly version: string;
  readonly licence: string;
  readonly usedBy: readonly string[];
  /** Index of its notice. */
  readonly notice: number | null;
}

/** The licences recorded by the build. */
interface Book {
  readonly packages: readonly Package[];
  readonly notices: readonly string[];
}

async function readBook(signal: AbortSignal): Promise<Book> {
  const response = await fetch('/assets/console/licences.json', { signal });
  if (!response.ok) throw new Error(`The licence notices are not there: ${response.status}`);
  return (await response.json()) as Book;
}

/** The packages that this program is made with; only loaded on request. */
export function Licences() {
  const [open, setOpen] = useState(false);
  const book = useQuery({
    queryKey: ['licences'],
    queryFn: ({ signal }) => readBook(signal),
    enabled: open,
    staleTime: Infinity,
  });
  return (
    <Panel title="Licence notices">
      {open ? (
        <Loaded query={book}>{(data) => <Packages book={data} />}</Loaded>
      ) : (
        <p>
          <Button
            onClick={() => {
              setOpen(true);
            }}
          >
            Show licence notices
          </Button>
        </p>
      )}
    </Panel>
  );
}

const columns: readonly Column<Package>[] = [
  { header: 'Package', cell: ({ name }) => <code>{name}</code> },
  { header: 'Version', cell: ({ version }) => version },
  { header: 'Licence', cell: ({ licence }) => licence },
  { header: 'In', cell: ({ usedBy }) => usedBy.join(', ') },
];

function Packages({ book: { packages, notices } }: { book: Book }) {
  return (
    <>
      <p>
        {plural(packages.length, 'package')} of others are part of this program: of the server, of the pages, or of
        both.
      </p>
      <Table label="Packages" columns={columns} items={packages} keyOf={({ name, version }) => `${name}@${version}`} />
      {notices.map((text, i) => (
        <Notice key={i} text={text} packages={packages.filter(({ notice }) => notice === i)} />
      ))}
    </>
  );
}

function Notice({ text, packages }: { text: string; packages: readonly Package[] }) {
  return (
    <details className={styles['notice']}>
      <summary>{packages.map(({ name }) => name).join(', ')}</summary>
      <pre tabIndex={0}>{text}</pre>
    </details>
  );
}
