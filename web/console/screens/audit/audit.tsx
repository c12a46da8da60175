import { type AuditEntryDto, type AuditPartyDto } from '@switchboard/client/rest';
import { Page } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Id, Json } from '../../../ui/content/values.js';
import { Badge } from '../../../ui/feedback/notice.js';
import { defined } from '../../../ui/forms/form-values.js';
import { sdk } from '../../app/client.js';
import { oneOf } from '../../app/search.js';
import { List } from '../../data/list.js';
import { SaveAll } from '../../data/save-all.js';
import { Verification } from './verification.js';

const OUTCOMES = ['success', 'failure', 'refused'] as const;

/** Actions begin with what they are done to. */
const AREAS = [
  'access',
  'accounts',
  'applications',
  'audit',
  'auth',
  'calls',
  'connections',
  'devices',
  'lobby',
  'machine-keys',
  'nodes',
  'omikron',
  'revocations',
  'rooms',
  'services',
  'token-issuers',
];

const columns: readonly Column<AuditEntryDto>[] = [
  { header: 'When', cell: ({ at }) => <Time at={at} /> },
  { header: 'Who', cell: ({ actor }) => <Party party={actor} /> },
  { header: 'Action', cell: ({ action, count }) => (count === 1 ? action : `${action} × ${count}`) },
  { header: 'Target', cell: ({ target }) => target && <Party party={target} /> },
  { header: 'Outcome', cell: ({ outcome }) => <Outcome outcome={outcome} /> },
  { header: 'Changes', cell: ({ changes }) => changes !== null && <Changes changes={changes} /> },
  { header: 'From', cell: ({ address }) => address },
  { header: 'Client', cell: ({ userAgent }) => userAgent && <bdi>{userAgent}</bdi>, extra: true },
  { header: 'Request', cell: ({ requestId }) => requestId && <Id value={requestId} />, extra: true },
  { header: 'Node', cell: ({ node }) => <Id value={node} />, extra: true },
  { header: 'Id', cell: ({ id }) => id, numeric: true, extra: true },
];

/** The beginning of a day in the reader's own time zone. */
const dayToTime = (day: string | undefined): string | undefined => {
  const time = new Date(`${day ?? ''}T00:00`);
  return Number.isNaN(time.getTime()) ? undefined : time.toISOString();
};

export function AuditLog() {
  return (
    <Page
      title="Audit log"
      actions={
        <>
          <SaveAll
            label="Export with seals"
            fileName={`audit-${new Date().toISOString().slice(0, 10)}`}
            load={() => sdk.audit.export()}
          />
          <Verification />
        </>
      }
    >
      <List
        name="audit"
        label="Audit log"
        load={(paging, { actor, action, target, outcome, from, to }, signal) =>
          sdk.audit.list({
            query: {
              ...paging,
              ...defined({
                actor,
                action: oneOf(AREAS, action),
                target,
                outcome: oneOf(OUTCOMES, outcome),
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
          { name: 'actor', label: 'Who' },
          { name: 'action', label: 'About', options: AREAS },
          { name: 'outcome', label: 'Outcome', options: OUTCOMES },
          { name: 'target', label: 'Target', more: true },
          { name: 'from', label: 'From', type: 'date', more: true },
          { name: 'to', label: 'To', type: 'date', more: true },
        ]}
        live="audit"
        empty={{ title: 'Nothing has been done yet' }}
      />
    </Page>
  );
}

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
