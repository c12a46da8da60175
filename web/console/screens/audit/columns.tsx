import { type AuditEntryDto, type AuditPartyDto } from '@switchboard/client/rest';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id, Json } from '../../../ui/content/values.js';
import { Badge } from '../../../ui/feedback/notice.js';

/** The columns for narrow places: what, by whom, to whom. */
export const briefColumns: readonly Column<AuditEntryDto>[] = [
  { header: 'When', cell: ({ at }) => <Time at={at} /> },
  { header: 'Who', cell: ({ actor }) => <Party party={actor} /> },
  { header: 'Action', cell: ({ action, count }) => (count === 1 ? action : `${action} × ${count}`) },
  { header: 'Target', cell: ({ target }) => target && <Party party={target} /> },
  { header: 'Outcome', cell: ({ outcome }) => <Outcome outcome={outcome} /> },
];

export const auditColumns: readonly Column<AuditEntryDto>[] = [
  ...briefColumns,
  { header: 'Changes', cell: ({ changes }) => changes !== null && <Changes changes={changes} /> },
  { header: 'From', cell: ({ address }) => address },
  { header: 'Client', cell: ({ userAgent }) => userAgent && <bdi>{userAgent}</bdi>, extra: true },
  { header: 'Request', cell: ({ requestId }) => requestId && <Id value={requestId} />, extra: true },
  { header: 'Node', cell: ({ node }) => <Id value={node} />, extra: true },
  { header: 'Id', cell: ({ id }) => id, numeric: true, extra: true },
];

function Party({ party: { kind, id, label } }: { party: AuditPartyDto }) {
  const name = label ?? id;
  return name === null ? (
    kind
  ) : (
    <>
      {kind} <bdi>{name}</bdi>
    </>
  );
}

function Outcome({ outcome }: Pick<AuditEntryDto, 'outcome'>) {
  return <Badge tone={outcome === 'success' ? 'plain' : 'warn'}>{outcome}</Badge>;
}

function Changes({ changes }: Pick<AuditEntryDto, 'changes'>) {
  const names = Object.keys(changes ?? {});
  return (
    <details>
      <summary>{names.join(', ')}</summary>
      <Json value={changes} />
    </details>
  );
}
