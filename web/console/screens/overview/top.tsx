import { type TopItemDto } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { type ReactNode } from 'react';
import { Panel } from '../../../ui/content/page.js';
import { Table } from '../../../ui/content/table.js';
import { number } from '../../../ui/content/format.js';
import { Empty } from '../../../ui/feedback/notice.js';
import { sdk } from '../../app/client.js';
import { useKept } from '../../app/preferences.js';
import { AsSeenBy } from '../../data/as-seen-by.js';
import { isTold as feedTells } from '../../data/live/feed.js';
import { Loaded } from '../../data/loaded.js';
import { LIVE_MS, useLiveQuery } from '../../data/live/use-live-query.js';
import styles from './overview.module.css';

/** The busiest rooms and services. */
export function Top() {
  return (
    <div className={styles['tops']}>
      <TopTen
        kind="room"
        title="Busiest rooms"
        link={({ applicationId, label }) => (
          <Link to="/rooms/$application/$room" params={{ application: String(applicationId), room: label }}>
            <bdi>{label}</bdi>
          </Link>
        )}
      />
      <TopTen
        kind="service"
        title="Busiest services"
        link={({ id, label }) => (
          <Link to="/services/$id" params={{ id: String(id) }}>
            <bdi>{label}</bdi>
          </Link>
        )}
      />
    </div>
  );
}

interface TopTenProps {
  readonly kind: 'room' | 'service';
  readonly title: string;
  readonly link: (item: TopItemDto) => ReactNode;
}

function TopTen({ kind, title, link }: TopTenProps) {
  const isTold = useKept(feedTells);
  const top = useLiveQuery(
    ['top', kind],
    (signal) => sdk.top.read({ query: { kind }, signal }),
    isTold ? false : LIVE_MS,
  );
  return (
    <Panel title={title}>
      <Loaded query={top}>
        {({ items, nodes, missing, windowSeconds }) => (
          <>
            <AsSeenBy nodes={nodes} missing={missing} />
            {items.length === 0 ? (
              <Empty title={`No ${kind} had a message within the last ${windowSeconds} s`} />
            ) : (
              <Table
                label={title}
                columns={[
                  { header: kind === 'room' ? 'Room' : 'Service', cell: link },
                  { header: 'Deliveries', cell: ({ deliveries }: TopItemDto) => number(deliveries), numeric: true },
                  { header: 'Per second', cell: ({ perSecond }) => number(perSecond), numeric: true },
                ]}
                items={items}
                keyOf={({ id }) => id}
              />
            )}
          </>
        )}
      </Loaded>
    </Panel>
  );
}
