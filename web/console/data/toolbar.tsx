import { Columns3, Download } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { Menu } from '../../ui/actions/menu.js';
import { type Column } from '../../ui/content/table.js';
import { toast } from '../../ui/feedback/toasts.js';
import { type Option } from '../../ui/forms/fields.js';
import { exportList } from './export.js';
import { type ListPage, type Paging } from './paging.js';
import { type ListPlace } from './list-place.js';
import styles from './list.module.css';

export interface Filter {
  readonly name: string;
  readonly label: string;
  /** Absent: any text. */
  readonly options?: readonly (Option | string)[];
  readonly type?: 'date';
}

interface ToolbarProps<T> {
  readonly name: string;
  readonly label: string;
  readonly place: ListPlace;
  readonly searchLabel: string | undefined;
  readonly filters: readonly Filter[];
  readonly columns: readonly Column<T>[];
  readonly hidden: ReadonlySet<string>;
  readonly onHide: (hidden: ReadonlySet<string>) => void;
  readonly load: (paging: Paging) => Promise<ListPage<T>>;
}

export function Toolbar<T>(props: ToolbarProps<T>) {
  const { name, label, place, searchLabel, filters, columns, hidden, onHide, load } = props;
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
    <div className={styles['toolbar']} role="search" aria-label={label}>
      {searchLabel !== undefined && <TextFilter name="q" label={searchLabel} place={place} />}
      {filters.map((filter) =>
        filter.options === undefined ? (
          <TextFilter key={filter.name} {...filter} place={place} />
        ) : (
          <Choice key={filter.name} {...filter} options={filter.options} place={place} />
        ),
      )}
      <span className={styles['tools']}>
        <Menu
          label="Columns"
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
          icon={<Download size={14} aria-hidden />}
          entries={(['csv', 'json'] as const).map((format) => ({
            label: `All that match, as ${format.toUpperCase()}`,
            onSelect: () => {
              save(format);
            },
          }))}
        />
      </span>
    </div>
  );
}

const PAUSE_MS = 300;

/** Sent when somebody stops writing. */
function TextFilter({ name, label, type, place }: Filter & { place: ListPlace }) {
  const id = useId();
  const said = place.search[name] ?? '';
  const [{ text, of }, setText] = useState({ text: said, of: said });
  // The address has been changed by something else, for example by going back.
  if (of !== said) setText({ text: said, of: said });
  useEffect(() => {
    if (text === said) return undefined;
    const timer = setTimeout(() => {
      setText({ text, of: text });
      place.filter({ [name]: text || undefined });
    }, PAUSE_MS);
    return () => {
      clearTimeout(timer);
    };
  }, [text, said, name, place]);
  return (
    <span className={styles['filter']}>
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type={type ?? 'search'}
        value={text}
        onChange={({ currentTarget }) => {
          setText({ text: currentTarget.value, of });
        }}
      />
    </span>
  );
}

interface ChoiceProps extends Filter {
  readonly options: readonly (Option | string)[];
  readonly place: ListPlace;
}

function Choice({ name, label, options, place }: ChoiceProps) {
  const id = useId();
  return (
    <span className={styles['filter']}>
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={place.search[name] ?? ''}
        onChange={({ currentTarget }) => {
          place.filter({ [name]: currentTarget.value || undefined });
        }}
      >
        <option value="">Any</option>
        {options
          .map((option) => (typeof option === 'string' ? { value: option, label: option } : option))
          .map(({ value, label: text }) => (
            <option key={value} value={value}>
              {text}
            </option>
          ))}
      </select>
    </span>
  );
}
