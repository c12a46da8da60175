import { Page } from '../../../ui/content/page.js';
import { defined } from '../../../ui/forms/form-values.js';
import { sdk } from '../../app/client.js';
import { oneOf } from '../../app/search.js';
import { List } from '../../data/list/list.js';
import { SaveAll } from '../../data/list/save-all.js';
import { auditColumns } from './columns.js';
import { Verification } from './verification.js';

const OUTCOMES = ['success', 'failure', 'refused'] as const;

/** The first parts of actions, which name what they are done to. */
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
        columns={auditColumns}
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
