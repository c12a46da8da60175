import { type BusState, type NodeDetailDto, type NodeLinkDto } from '@switchboard/client/rest';
import { getRouteApi, Link } from '@tanstack/react-router';
import { bytes, duration, number, plural } from '../../../ui/content/format.js';
import { Facts, Stats } from '../../../ui/content/facts.js';
import { Page, Panel } from '../../../ui/content/page.js';
import { Table } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id } from '../../../ui/content/values.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';
import { LoadedPage } from '../../data/loaded.js';
import { useLiveQuery } from '../../data/live/use-live-query.js';
import { AwayList } from '../../data/live/away.js';
import { NodeStateBadge, openOn } from './node-state.js';

const route = getRouteApi('/nodes/$name');

/** One node, as it reports itself every few seconds. */
export function Node() {
  const { name } = route.useParams();
  const node = useLiveQuery(['node', name], (signal) => sdk.nodes.get({ path: { name }, signal }));
  return (
    <LoadedPage title={`Node ${name}`} query={node}>
      {(data) => <Details node={data} />}
    </LoadedPage>
  );
}

const BUS: Readonly<Record<BusState, string>> = {
  none: 'none: there is one node',
  ok: 'carries its messages',
  away: 'away, for all nodes',
  deaf: 'does not reach this node, though it does others',
};

function Details({ node }: { node: NodeDetailDto }) {
  const { id, state, bus, queues, database, redis } = node;
  return (
    <Page
      title={`Node ${id}`}
      above={[<Link to="/nodes">Nodes</Link>]}
      beside={<NodeStateBadge state={state} />}
      actions={<NodeActions node={node} />}
    >
      <Measures node={node} />
      <Facts
        facts={{
          Id: <Id value={id} />,
          Address: node.url,
          Version: node.version,
          Away: node.away.length === 0 ? 'nothing' : <AwayList seen={[node]} />,
          'Up since': <Time at={node.startedAt} />,
          Bus: BUS[bus.state],
          'Bus heard': bus.heardMsAgo === null ? 'never' : `${duration(bus.heardMsAgo / 1000)} ago`,
          Redis: redis === null ? 'not used' : linkText(redis),
          PostgreSQL: linkText(database),
          'Received messages that wait': number(queues.inboundMessages),
          'Bytes waiting for slow readers': bytes(queues.outboundBytes),
          'Characters that wait to be stored': number(queues.storeCharacters),
          Measured: <Time at={node.measuredAt} />,
        }}
      />
      <Panel title="Connections by protocol">
        <Table
          label="Connections by protocol"
          columns={[
            {
              header: 'Protocol',
              cell: ([protocol]: readonly [string, number]) => (
                <Link to="/connections" search={{ node: id, protocol }}>
                  {protocol}
                </Link>
              ),
            },
            { header: 'Connections', cell: ([, count]) => number(count), numeric: true },
          ]}
          items={Object.entries(node.connections)}
          keyOf={([protocol]) => protocol}
        />
      </Panel>
    </Page>
  );
}

function Measures({ node }: { node: NodeDetailDto }) {
  const { memory, eventLoop } = node;
  return (
    <Stats
      stats={[
        { name: 'Connections', value: number(openOn(node)), more: `load ${number(node.load * 100)} %` },
        {
          name: 'CPU, of one core',
          value: `${number(node.cpu * 100)} %`,
          more: `up ${duration(node.uptimeSeconds)}`,
        },
        {
          name: 'Memory',
          value: bytes(memory.rss),
          more: `heap ${bytes(memory.heapUsed)} of ${bytes(memory.heapTotal)}`,
        },
        {
          name: 'Event-loop delay, p99',
          value: `${number(eventLoop.p99Ms)} ms`,
          more: `p50 ${number(eventLoop.p50Ms)} ms`,
        },
      ]}
    />
  );
}

const linkText = ({ up, latencyMs }: NodeLinkDto): string =>
  !up ? 'away' : latencyMs === null ? 'there, last heartbeat lost' : `there, ${number(latencyMs)} ms`;

function NodeActions({ node }: { node: NodeDetailDto }) {
  const path = { name: node.id };
  if (node.state === 'draining') {
    return (
      <May do="nodes.undrain">
        <ConfirmDialog
          verb="Undo drain"
          kind="plain"
          title={`Take node ${node.id} back into service?`}
          onConfirm={() => sdk.nodes.undrain({ path })}
          says="The node takes connections again"
        >
          <p>It is ready again and takes new connections. Who was sent away comes back only when told to.</p>
        </ConfirmDialog>
      </May>
    );
  }
  return (
    <May do="nodes.drain">
      <ConfirmDialog
        verb="Drain"
        title={`Drain node ${node.id}?`}
        onConfirm={() => sdk.nodes.drain({ path })}
        says="The node is draining"
      >
        <p>
          Sends away {plural(openOn(node), 'connection')} over some seconds, to come back on other nodes, and refuses
          new ones until it is taken back or restarted. Where it is the only node, nobody can connect meanwhile.
        </p>
      </ConfirmDialog>
    </May>
  );
}
