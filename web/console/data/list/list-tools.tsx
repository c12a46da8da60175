import { Columns3, Download } from 'lucide-react';
import { Menu } from '../../../ui/actions/menu.js';
import { type Column } from '../../../ui/content/table.js';
import { toast } from '../../../ui/feedback/toasts.js';
import { exportList } from './export.js';
import { type ListPage, type Paging } from './paging.js';
import { type ShownColumns } from './shown-columns.js';

interface ListToolsProps<T> {
  readonly name: string;
  readonly columns: readonly Column<T>[];
  readonly shown: ShownColumns<T>;
  readonly load: (paging: Paging) => Promise<ListPage<T>>;
}

/** Chooses the columns to show, and saves the list as a file. */
export function ListTools<T>({ name, columns, shown, load }: ListToolsProps<T>) {
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
        entries={columns.slice(1).map((column) => ({
          label: column.header,
          checked: shown.isShown(column),
          onSelect: () => {
            shown.toggle(column);
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
