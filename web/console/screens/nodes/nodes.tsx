import { type NodeDto } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { Page, Panel } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Notice } from '../../../ui/feedback/notice.js';
import { number } from '../../../ui/content/format.js';
import { sdk } from '../../app/client.js';
import { List } from '../../data/list/list.js';
import { AwayList, useAway } from '../../data/live/away.js';
import { NodeStateBadge, openOn } from './node-state.js';

const columns: readonly Column<NodeDto>[] = [
  {
    header: 'Node',
    cell: ({ id }) => (
      <Link to="/nodes/$name" params={{ name: id }}>
        {id}
      </Link>
    ),
  },
  {
    header: 'State',
    cell: ({ state }) => <NodeStateBadge state={state} />,
  },
  { header: 'Away', cell: (node) => (node.away.length === 0 ? null : <AwayList seen={[node]} />) },
  {
    header: 'Connections',
    cell: (node) => (
      <Link to="/connections" search={{ node: node.id }}>
        {number(openOn(node))}
      </Link>
    ),
    numeric: true,
  },
  { header: 'Load', cell: ({ load }) => `${number(load * 100)} %`, numeric: true },
  { header: 'Up since', cell: ({ startedAt }) => <Time at={startedAt} /> },
  { header: 'Version', cell: ({ version }) => version },
  { header: 'Address', cell: ({ url }) => url },
];

export function Nodes() {
  const away = useAway();
  return (
    <Page title="Nodes">
      <List
        name="nodes"
        label="Nodes"
        load={(query, _search, signal) => sdk.nodes.list({ query, signal })}
        columns={columns}
        keyOf={({ id }) => id}
        live
        empty={{ title: 'No node answers' }}
      />
      <Panel title="What is away">
        {away?.length === 0 && <Notice tone="good">Database, bus and media answer, and no node is missing.</Notice>}
        {away !== undefined && away.length > 0 && (
          <Notice tone="bad">
            Away: <AwayList seen={away} />. Live sockets go on; what needs it waits or is refused.
          </Notice>
        )}
      </Panel>
    </Page>
  );
}
