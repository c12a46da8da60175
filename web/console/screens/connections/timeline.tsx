import { type TimelineEvent } from '@switchboard/client/console';
import { type Column, Table } from '../../../ui/content/table.js';
import { Panel } from '../../../ui/content/page.js';
import { Time } from '../../../ui/content/time.js';
import { Badge, type Tone } from '../../../ui/feedback/notice.js';

const TONES: Partial<Record<TimelineEvent['what'], Tone>> = { refused: 'bad', slowed: 'warn', admitted: 'good' };

/** An event with its index, which distinguishes rows. */
type Row = TimelineEvent & { readonly place: number };

const columns: readonly Column<Row>[] = [
  { header: 'When', cell: ({ at }) => <Time at={at} /> },
  { header: 'What', cell: ({ what }) => <Badge tone={TONES[what] ?? 'plain'}>{what}</Badge> },
  { header: 'Detail', cell: ({ detail }) => detail !== null && <bdi>{detail}</bdi> },
];

/** The events of a connection, the newest first. */
export function Timeline({ events }: { events: readonly TimelineEvent[] }) {
  if (events.length === 0) return null;
  return (
    <Panel title="Timeline">
      <Table
        label="Timeline"
        columns={columns}
        items={events.map((event, place) => ({ ...event, place })).reverse()}
        keyOf={({ place }) => place}
      />
    </Panel>
  );
}
