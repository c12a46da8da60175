import { type RoomMessagePage } from '@switchboard/client/rest';
import { useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import { Button } from '../../../ui/actions/button.js';
import { Panel } from '../../../ui/content/page.js';
import { Time } from '../../../ui/content/time.js';
import { Json } from '../../../ui/content/values.js';
import { Empty } from '../../../ui/feedback/notice.js';
import { Form } from '../../../ui/forms/form.js';
import { TextField } from '../../../ui/forms/fields.js';
import { number } from '../../../ui/content/format.js';
import { sdk } from '../../app/client.js';
import { type Search } from '../../app/search.js';
import { Loaded } from '../../data/loaded.js';
import styles from './messages.module.css';

const PAGE = 50;

/** Messages of a durable room: the newest, or those from an offset in the address. */
export function Messages({ path }: { path: { id: number; name: string } }) {
  const search: Search = useSearch({ strict: false });
  const navigate = useNavigate();
  const from = search['from'] === undefined ? undefined : Math.max(1, Math.trunc(Number(search['from'])) || 1);
  const query = useQuery({
    queryKey: ['messages', path, from],
    queryFn: async ({ signal }) => {
      const read = (after: number) =>
        sdk.applicationRooms.listMessages({ path, query: { limit: PAGE, after }, signal });
      if (from !== undefined) return read(from - 1);
      const { offset } = await sdk.applicationRooms.listMessages({ path, query: { limit: 1 }, signal });
      return read(Math.max(0, offset - PAGE));
    },
  });
  const goTo = (offset: number | undefined) => {
    void navigate({
      to: '.',
      search: { ...search, from: offset === undefined ? undefined : String(offset) },
      resetScroll: false,
    });
  };
  return (
    <Panel
      title="Messages"
      actions={
        <div className={styles['jump']}>
          <Form
            onSubmit={(values) => {
              goTo(values.number('from') ?? undefined);
              return Promise.resolve();
            }}
            buttons={() => <Button type="submit">Jump</Button>}
          >
            <TextField name="from" label="From offset" type="number" min={1} defaultValue={from} key={from} />
          </Form>
        </div>
      }
    >
      <Loaded query={query}>{(page) => <Shown page={page} goTo={goTo} isNewest={from === undefined} />}</Loaded>
    </Panel>
  );
}

interface ShownProps {
  readonly page: RoomMessagePage;
  readonly isNewest: boolean;
  readonly goTo: (offset: number | undefined) => void;
}

function Shown({ page: { items, offset, epoch }, isNewest, goTo }: ShownProps) {
  const [first = 1, last = offset] = [items[0]?.offset, items.at(-1)?.offset];
  return (
    <>
      <p className={styles['state']}>
        Newest offset {number(offset)}, epoch <code>{epoch}</code>
      </p>
      {items.length === 0 && <Empty title="No messages here" />}
      <ol className={styles['messages']}>
        {items.map((item) => (
          <li key={item.offset}>
            <span className={styles['about']}>
              <code>{item.offset}</code> <bdi>{item.identity}</bdi> <Time at={item.timestamp} />
            </span>
            <Json value={item.message} />
          </li>
        ))}
      </ol>
      <div className={styles['pages']}>
        {first > 1 && (
          <Button
            onClick={() => {
              goTo(Math.max(1, first - PAGE));
            }}
          >
            Earlier
          </Button>
        )}
        {last < offset && (
          <Button
            onClick={() => {
              goTo(last + 1);
            }}
          >
            Later
          </Button>
        )}
        {!isNewest && (
          <Button
            onClick={() => {
              goTo(undefined);
            }}
          >
            Newest
          </Button>
        )}
      </div>
    </>
  );
}
