import { type Column } from '../../../ui/content/table.js';
import { parseObject } from '../../../ui/json.js';
import { Kept } from '../../app/kept.js';
import { useKept } from '../../app/preferences.js';

/** Whether a column is wanted, by its header; columns without an entry follow their default. */
type Choice = Readonly<Record<string, boolean>>;

const choices = new Map<string, Kept<Choice>>();

function choiceOf(list: string): Kept<Choice> {
  const known = choices.get(list) ?? new Kept<Choice>(`switchboard.columns.${list}`, choiceIn);
  choices.set(list, known);
  return known;
}

/** The stored choice, which may be from another version. */
function choiceIn(text: string | null): Choice {
  const entries = Object.entries(parseObject(text) ?? {});
  return Object.fromEntries(entries.filter((entry): entry is [string, boolean] => typeof entry[1] === 'boolean'));
}

/** The columns of a list that this browser shows, stored for the next visit. */
export function useShownColumns<T>(list: string, columns: readonly Column<T>[]) {
  const kept = choiceOf(list);
  const choice = useKept(kept);
  const isShown = ({ header, extra }: Pick<Column<T>, 'header' | 'extra'>) => choice[header] ?? extra !== true;
  return {
    shown: columns.filter(isShown),
    isShown,
    toggle: (column: Column<T>) => {
      kept.set({ ...choice, [column.header]: !isShown(column) });
    },
  };
}

export type ShownColumns<T> = ReturnType<typeof useShownColumns<T>>;
