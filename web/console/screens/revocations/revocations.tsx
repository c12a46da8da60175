import { type CreateRevocationRequest, type RevocationDto } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { Page } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { SelectField, TextField } from '../../../ui/forms/fields.js';
import { type FormValues } from '../../../ui/forms/form-values.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { sdk } from '../../app/client.js';
import { May, useMay } from '../../app/rights/may.js';
import { List } from '../../data/list/list.js';

const columns: readonly Column<RevocationDto>[] = [
  { header: 'Selector', cell: ({ selector }) => selector },
  { header: 'Subject', cell: ({ subject }) => subject && <code>{subject}</code> },
  { header: 'Until', cell: ({ until }) => (until === null ? 'lifted by hand' : <Time at={until} />) },
  {
    header: 'By',
    cell: ({ createdBy }) => (
      <Link to="/accounts/$id" params={{ id: String(createdBy) }}>
        account {createdBy}
      </Link>
    ),
  },
  { header: 'Reason', cell: ({ reason }) => reason && <bdi>{reason}</bdi> },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { header: 'Id', cell: ({ id }) => id, numeric: true, extra: true },
];

export function Revocations() {
  const may = useMay();
  return (
    <Page title="Revocations" actions={<NewRevocation />}>
      <List
        name="revocations"
        label="Revocations"
        load={(query, _search, signal) => sdk.revocations.list({ query, signal })}
        columns={columns}
        keyOf={({ id }) => id}
        rowActions={may('revocations.delete') ? (revocation) => <Lift revocation={revocation} /> : undefined}
        empty={{
          title: 'Nothing is revoked',
          children: <p>A revocation closes the sockets of a credential everywhere and refuses them until it ends.</p>,
        }}
      />
    </Page>
  );
}

function Lift({ revocation: { id, selector, subject } }: { revocation: RevocationDto }) {
  return (
    <ConfirmDialog
      verb="Lift"
      kind="plain"
      title="Lift this revocation?"
      onConfirm={() => sdk.revocations.delete({ path: { id } })}
      says="Revocation lifted"
    >
      <p>
        {selector} {subject} may connect again.
      </p>
    </ConfirmDialog>
  );
}

/** What can be revoked; `numeric` when its id is a number. */
const SELECTORS = [
  { value: 'user', label: 'Account, by id', numeric: true },
  { value: 'device', label: 'Device, by id', numeric: true },
  { value: 'apiKey', label: 'API key, by id', numeric: true },
  { value: 'endpoint', label: 'Room endpoint, by id or code', numeric: false },
  { value: 'service', label: 'Service, by id', numeric: true },
  { value: 'guestCode', label: 'Public code of a session', numeric: false },
  { value: 'iota', label: 'Home server, by id', numeric: false },
  { value: 'connection', label: 'What a connection came with, by its id', numeric: false },
] as const;

function requestOf(values: FormValues): CreateRevocationRequest {
  const { value: selector, numeric } = SELECTORS.find(({ value }) => value === values.text('selector')) ?? SELECTORS[0];
  const subject = values.text('subject').trim();
  const reason = values.text('reason').trim();
  const until = values.text('until');
  return {
    [selector]: numeric ? Number(subject) : subject,
    ...(reason !== '' && { reason }),
    ...(until !== '' && { until: new Date(until).toISOString() }),
  };
}

function NewRevocation() {
  return (
    <May do="revocations.create">
      <FormDialog
        label="New revocation"
        kind="main"
        icon={<Plus size={14} aria-hidden />}
        submit="Revoke"
        onSubmit={(values) => sdk.revocations.create({ body: requestOf(values) })}
        says={() => 'Revoked; its sockets are closed'}
      >
        <SelectField name="selector" label="What" options={SELECTORS} />
        <TextField name="subject" label="Id or code" required />
        <TextField name="until" label="Until" type="datetime-local" hint="Empty: until it is lifted." />
        <TextField name="reason" label="Reason" hint="Kept with it, for others to read." />
      </FormDialog>
    </May>
  );
}
