import { type CallDto, type LobbyPeerDto } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { Page, Panel } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id } from '../../../ui/content/values.js';
import { Badge } from '../../../ui/feedback/notice.js';
import { defined } from '../../../ui/forms/form-values.js';
import { duration } from '../../../ui/content/format.js';
import { sdk } from '../../app/client.js';
import { useMay } from '../../app/rights/may.js';
import { oneOf } from '../../app/search.js';
import { List } from '../../data/list/list.js';
import { EndCall } from './end-call.js';
import { Outcome, reasonOf } from './outcome.js';

const STATES = ['ringing', 'live', 'ended'] as const;
const PROTOCOLS = ['signaling', 'omikron'] as const;
const OUTCOMES = ['completed', 'declined', 'cancelled', 'expired', 'failed'] as const;

const columns: readonly Column<CallDto>[] = [
  {
    header: 'Call',
    cell: ({ id, participants }) => (
      <Link to="/calls/$id" params={{ id: String(id) }}>
        <bdi>{participants.map(({ name }) => name || 'without a name').join(', ') || `Call ${id}`}</bdi>
      </Link>
    ),
  },
  { header: 'State', cell: (call) => <Outcome call={call} /> },
  { header: 'Protocol', cell: ({ protocol }) => protocol },
  { header: 'Started', cell: ({ startedAt }) => <Time at={startedAt} /> },
  {
    header: 'Talked',
    cell: ({ answeredAt, endedAt }) =>
      answeredAt && duration(((endedAt === null ? Date.now() : Date.parse(endedAt)) - Date.parse(answeredAt)) / 1000),
  },
  { header: 'Reason', cell: reasonOf },
  { header: 'Id', cell: ({ id }) => id, numeric: true, extra: true },
];

const lobbyColumns: readonly Column<LobbyPeerDto>[] = [
  { header: 'Name', cell: ({ name }) => <bdi>{name || 'without a name'}</bdi> },
  { header: 'In a call', cell: ({ inCall }) => (inCall ? <Badge tone="good">yes</Badge> : 'no') },
  { header: 'Since', cell: ({ connectedAt }) => <Time at={connectedAt} /> },
  { header: 'Socket', cell: ({ sid }) => <Id value={sid} /> },
];

/** The beginning of a day in the reader's own time zone. */
const dayToTime = (day: string | undefined): string | undefined => {
  const time = new Date(`${day ?? ''}T00:00`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
};

export function Calls() {
  const may = useMay();
  return (
    <Page title="Calls">
      <List
        name="calls"
        label="Calls"
        load={(paging, { state, protocol, outcome, participant, from, to }, signal) =>
          sdk.calls.list({
            query: {
              ...paging,
              ...defined({
                state: oneOf(STATES, state),
                protocol: oneOf(PROTOCOLS, protocol),
                outcome: oneOf(OUTCOMES, outcome),
                participant,
                from: dayToTime(from),
                to: dayToTime(to),
              }),
            },
            signal,
          })
        }
        columns={columns}
        keyOf={({ id }) => id}
        filters={[
          { name: 'state', label: 'State', options: STATES },
          { name: 'outcome', label: 'Outcome', options: OUTCOMES },
          { name: 'protocol', label: 'Protocol', options: PROTOCOLS, more: true },
          { name: 'participant', label: 'Participant' },
          { name: 'from', label: 'From', type: 'date', more: true },
          { name: 'to', label: 'To', type: 'date', more: true },
        ]}
        live="calls"
        rowActions={may('calls.delete') ? (call) => call.state !== 'ended' && <EndCall call={call} /> : undefined}
        empty={{
          title: 'No calls yet',
          children: (
            <p>
              Open <a href="/call/">the call page</a> on two devices and call one from the other.
            </p>
          ),
        }}
      />
      <Panel title="Lobby now">
        <List
          name="lobby"
          label="Lobby"
          prefix="lobby."
          load={(query, _search, signal) => sdk.lobby.list({ query, signal })}
          columns={lobbyColumns}
          keyOf={({ sid }) => sid}
          live
          empty={{ title: 'The lobby is empty' }}
        />
      </Panel>
    </Page>
  );
}
