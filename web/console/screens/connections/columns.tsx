import { Link } from '@tanstack/react-router';
import { type ConnectionDto, type EndedConnectionDto } from '@switchboard/client/rest';
import { bytes, number } from '../../../ui/content/format.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id } from '../../../ui/content/values.js';
import { Badge } from '../../../ui/feedback/notice.js';
import { Where } from './where.js';

const who: Column<ConnectionDto> = {
  header: 'Principal',
  cell: ({ id, principal }) => (
    <Link to="/connections/$id" params={{ id }}>
      {principal ? <bdi>{principal.label}</bdi> : 'not yet known'}
    </Link>
  ),
};

const identity: readonly Column<ConnectionDto>[] = [
  { header: 'Kind', cell: ({ principal }) => principal?.kind, extra: true },
  { header: 'Protocol', cell: ({ protocol }) => protocol },
  { header: 'Transport', cell: ({ transport }) => transport, extra: true },
  { header: 'Where', cell: (connection) => <Where connection={connection} /> },
  { header: 'Address', cell: ({ address }) => address },
];

const counters: readonly Column<ConnectionDto>[] = [
  { header: 'Messages in', cell: ({ messagesIn }) => number(messagesIn), numeric: true },
  { header: 'Messages out', cell: ({ messagesOut }) => number(messagesOut), numeric: true },
  { header: 'Bytes in', cell: ({ bytesIn }) => bytes(bytesIn), numeric: true, extra: true },
  { header: 'Bytes out', cell: ({ bytesOut }) => bytes(bytesOut), numeric: true, extra: true },
  {
    header: 'Waiting',
    cell: ({ waitingBytes }) => (waitingBytes === 0 ? '0 B' : <Badge tone="warn">{bytes(waitingBytes)}</Badge>),
    numeric: true,
  },
];

const rest: readonly Column<ConnectionDto>[] = [
  { header: 'Channels', cell: ({ channels }) => number(channels), numeric: true, extra: true },
  { header: 'User agent', cell: ({ userAgent }) => userAgent && <bdi>{userAgent}</bdi>, extra: true },
  { header: 'Node', cell: ({ node }) => <code>{node}</code>, extra: true },
  { header: 'Id', cell: ({ id }) => <Id value={id} />, extra: true },
];

const since: Column<ConnectionDto> = { header: 'Since', cell: ({ connectedAt }) => <Time at={connectedAt} /> };

export const liveColumns: readonly Column<ConnectionDto>[] = [
  who,
  ...identity,
  since,
  { header: 'Last activity', cell: ({ lastActiveAt }) => <Time at={lastActiveAt} /> },
  ...counters,
  ...rest,
];

export const endedColumns: readonly Column<EndedConnectionDto>[] = [
  who,
  { header: 'Ended', cell: ({ endedAt }) => <Time at={endedAt} /> },
  { header: 'By', cell: ({ endedBy }) => endedBy },
  { header: 'Code', cell: ({ code }) => code, numeric: true },
  { header: 'Reason', cell: ({ reason }) => reason && <bdi>{reason}</bdi> },
  ...identity,
  { ...since, extra: true },
  ...counters.map((column) => ({ ...column, extra: true })),
  ...rest,
];
