import { ListFilter } from 'lucide-react';
import { useEffect, useId, useState } from 'react';
import { Button } from '../../../ui/actions/button.js';
import { type Option } from '../../../ui/forms/fields.js';
import { type ListPlace } from './list-place.js';
import styles from './list.module.css';

export interface Filter {
  readonly name: string;
  readonly label: string;
  /** Absent: any text. */
  readonly options?: readonly (Option | string)[];
  readonly type?: 'date';
  /** Shown only on request, or when in use. */
  readonly more?: boolean;
}

interface ToolbarProps {
  readonly label: string;
  readonly place: ListPlace;
  readonly searchLabel: string | undefined;
  readonly filters: readonly Filter[];
}

/** Search and filters of a list; empty when it has none. */
export function Toolbar({ label, place, searchLabel, filters }: ToolbarProps) {
  const [all, setAll] = useState(false);
  const shown = filters.filter(({ name, more }) => all || more !== true || place.search[name] !== undefined);
  if (searchLabel === undefined && filters.length === 0) return null;
  return (
    <div className={styles['toolbar']} role="search" aria-label={label}>
      {searchLabel !== undefined && <TextFilter name="q" label={searchLabel} place={place} />}
      {shown.map((filter) =>
        filter.options === undefined ? (
          <TextFilter key={filter.name} {...filter} place={place} />
        ) : (
          <Choice key={filter.name} {...filter} options={filter.options} place={place} />
        ),
      )}
      {shown.length < filters.length && (
        <Button
          icon={<ListFilter size={14} aria-hidden />}
          onClick={() => {
            setAll(true);
          }}
        >
          More filters
        </Button>
      )}
    </div>
  );
}

const PAUSE_MS = 300;

/** Applied when typing pauses. */
function TextFilter({ name, label, type, place }: Filter & { place: ListPlace }) {
  const id = useId();
  const said = place.search[name] ?? '';
  const [{ text, of }, setText] = useState({ text: said, of: said });
  // Something else has changed the address, for example going back.
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
