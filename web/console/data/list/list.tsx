import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type ReactNode, useEffect, useId } from 'react';
import { Button } from '../../../ui/actions/button.js';
import { type Column, Table } from '../../../ui/content/table.js';
import { number, plural } from '../../../ui/content/format.js';
import { Empty, Notice } from '../../../ui/feedback/notice.js';
import { paused } from '../../app/paused.js';
import { useKept } from '../../app/preferences.js';
import { queryClient } from '../../app/queries.js';
import { type Search } from '../../app/search.js';
import { SkipTo } from '../../../ui/actions/skip-to.js';
import styles from './list.module.css';
import { ListTools } from './list-tools.js';
import { Loaded } from '../loaded.js';
import { type ListPage, type Paging } from './paging.js';
import { type Filter, Toolbar } from './toolbar.js';
import { type ListPlace, useListPlace } from './list-place.js';
import { useShownColumns } from './shown-columns.js';
import { useLive } from '../live/use-live.js';
import { LIVE_MS } from '../live/use-live-query.js';

export interface ListProps<T> {
  /** Name of the query, the exported file and the stored choice of columns. */
  readonly name: string;
  readonly label: string;
  /** Reads a page; `search` is the part of the address about this list. */
  readonly load: (paging: Paging, search: Search, signal: AbortSignal) => Promise<ListPage<T>>;
  readonly columns: readonly Column<T>[];
  readonly keyOf: (item: T) => string | number;
  /** Label of the search field, if the server can search. */
  readonly searchLabel?: string;
  readonly filters?: readonly Filter[];
  /** Shown when there is nothing at all: how to get the first one. */
  readonly empty: { readonly title: string; readonly children?: ReactNode };
  readonly rowActions?: ((item: T) => ReactNode) | undefined;
  /** Whether to refresh while somebody looks: on news from the feed, or else at intervals. */
  readonly live?: boolean | 'calls' | 'audit';
  /** Prefix of its parameters in the address, where a screen has several lists. */
  readonly prefix?: string;
}

/** Up to this many rows are easily passed by keyboard. */
const FEW = 10;

/** An export continues even if the screen is left. */
const NEVER = new AbortController().signal;

/** A list of the server: searched, filtered, paged and exported; the address has the position in it. */
export function List<T>(props: ListProps<T>) {
  const { name, label, load, columns, keyOf, searchLabel, filters = [], empty, rowActions, live, prefix = '' } = props;
  const of = JSON.stringify(useParams({ strict: false }));
  const place = useListPlace(prefix);
  const { search, paging } = place;
  const isPaused = useKept(paused);
  const isTold = useTold(name, typeof live === 'string' ? live : undefined);
  const query = useQuery({
    // Different screens may have lists of the same name about different things.
    queryKey: [name, of, paging, search],
    queryFn: ({ signal }) => load(paging, search, signal),
    placeholderData: (previous, query) => (query?.queryKey[1] === of ? previous : undefined),
    refetchInterval: live !== undefined && live !== false && !isPaused && !isTold ? LIVE_MS : false,
  });
  const shownColumns = useShownColumns(name, columns);
  const pages = useId();
  const narrowing = ['q', ...filters.map((filter) => filter.name)];
  const isNarrowed = paging.cursor !== undefined || narrowing.some((n) => search[n]);
  const clear = () => {
    place.clear(narrowing);
  };
  if (query.data?.items.length === 0 && !isNarrowed) return <Empty title={empty.title}>{empty.children}</Empty>;
  return (
    <div className={styles['list']}>
      <Toolbar label={label} place={place} searchLabel={searchLabel} filters={filters} />
      <Loaded query={query}>
        {({ items, nextCursor, total, missing = [] }) =>
          items.length === 0 ? (
            <Empty title="Nothing matches">
              <Button onClick={clear}>Clear search and filters</Button>
            </Empty>
          ) : (
            <>
              {missing.length > 0 && <Notice tone="warn">Without those of {missing.join(', ')}: silent.</Notice>}
              {items.length > FEW && <SkipTo id={pages}>Skip to the pages</SkipTo>}
              <div aria-busy={query.isPlaceholderData}>
                <Table label={label} columns={shownColumns.shown} items={items} keyOf={keyOf} actions={rowActions} />
              </div>
              <Pager
                id={pages}
                label={label}
                place={place}
                shown={items.length}
                total={total}
                nextCursor={nextCursor}
                isTold={isTold}
              >
                <ListTools
                  name={name}
                  columns={columns}
                  shown={shownColumns}
                  load={(next) => load(next, search, NEVER)}
                />
              </Pager>
            </>
          )
        }
      </Loaded>
    </div>
  );
}

/** Refreshes the list on news from the feed. @returns whether the feed is connected */
function useTold(name: string, topic: 'calls' | 'audit' | undefined): boolean {
  const read = () => {
    void queryClient.invalidateQueries({ queryKey: [name] });
  };
  const isTold = useLive<'calls' | 'audit'>(topic, () => ({ topic: topic ?? 'calls' }), { news: read });
  useEffect(() => {
    // Catches up on what was missed until then.
    if (isTold) void queryClient.invalidateQueries({ queryKey: [name] });
  }, [isTold, name]);
  return isTold;
}

interface PagerProps {
  readonly id: string;
  readonly label: string;
  readonly place: ListPlace;
  readonly shown: number;
  readonly total: number | undefined;
  readonly nextCursor: string | null;
  readonly isTold: boolean;
  readonly children: ReactNode;
}

function Pager({ id, label, place, shown, total, nextCursor, isTold, children }: PagerProps) {
  const { paging, previous, goTo } = place;
  const isPaged = nextCursor !== null || paging.cursor !== undefined;
  return (
    <nav id={id} tabIndex={-1} aria-label={`Pages of ${label}`} className={styles['pager']}>
      <span className={styles['count']}>
        {plural(shown, 'row')} on this page{total !== undefined && total > shown && `, ${number(total)} in all`}
        {isTold && ', told as it happens'}
      </span>
      {children}
      {paging.cursor !== undefined && (
        <Button
          onClick={() => {
            goTo(undefined);
          }}
        >
          First page
        </Button>
      )}
      {previous !== undefined && (
        <Button
          onClick={() => {
            goTo(previous);
          }}
        >
          Previous page
        </Button>
      )}
      {isPaged && (
        <Button
          disabled={nextCursor === null}
          onClick={() => {
            if (nextCursor !== null) goTo(nextCursor);
          }}
        >
          Next page
        </Button>
      )}
    </nav>
  );
}
