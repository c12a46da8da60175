import { Link } from '@tanstack/react-router';
import { Panel } from '../../../ui/content/page.js';
import { Table } from '../../../ui/content/table.js';
import { sdk } from '../../app/client.js';
import { Loaded } from '../../data/loaded.js';
import { useLiveQuery } from '../../data/live/use-live-query.js';
import { briefColumns } from './columns.js';

const SHOWN = 5;

/** The most recent entries; Overview refreshes them together with its other live data. */
export function LastActs({ everyMs }: { everyMs: number | false }) {
  const entries = useLiveQuery(['last acts'], (signal) => sdk.audit.list({ query: { limit: SHOWN }, signal }), everyMs);
  return (
    <Panel title="Last acts" actions={<Link to="/audit">Audit log</Link>}>
      <Loaded query={entries}>
        {({ items }) => <Table label="Last acts" columns={briefColumns} items={items} keyOf={({ id }) => id} />}
      </Loaded>
    </Panel>
  );
}
