import { Columns3, Download } from 'lucide-react';
import { Menu } from '../../ui/actions/menu.js';
import { type Column } from '../../ui/content/table.js';
import { toast } from '../../ui/feedback/toasts.js';
import { exportList } from './export.js';
import { type ListPage, type Paging } from './paging.js';

interface ListToolsProps<T> {
  readonly name: string;
  readonly columns: readonly Column<T>[];
  readonly hidden: ReadonlySet<string>;
  readonly onHide: (hidden: ReadonlySet<string>) => void;
  readonly load: (paging: Paging) => Promise<ListPage<T>>;
}

/** Which columns to show, and what is listed as a file. */
export function ListTools<T>({ name, columns, hidden, onHide, load }: ListToolsProps<T>) {
  const toggle = (header: string) => {
    const next = new Set(hidden);
    if (!next.delete(header)) next.add(header);
    onHide(next);
  };
  const save = (format: 'csv' | 'json') => {
    exportList(name, format, load).then(
      (count) => {
        toast(`Exported ${count} rows`);
      },
      (error: unknown) => {
        toast(`Not exported: ${String(error)}`);
      },
    );
  };
  return (
    <>
      <Menu
        label="Columns"
        kind="quiet"
        icon={<Columns3 size={14} aria-hidden />}
        entries={columns.slice(1).map(({ header }) => ({
          label: header,
          checked: !hidden.has(header),
          onSelect: () => {
            toggle(header);
          },
        }))}
      />
      <Menu
        label="Export"
        kind="quiet"
        icon={<Download size={14} aria-hidden />}
        entries={(['csv', 'json'] as const).map((format) => ({
          label: `All that match, as ${format.toUpperCase()}`,
          onSelect: () => {
            save(format);
          },
        }))}
      />
    </>
  );
}
