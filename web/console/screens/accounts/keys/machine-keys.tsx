import { type MachineKeyDto } from '@switchboard/client/rest';
import { Link } from '@tanstack/react-router';
import { type Column } from '../../../../ui/content/table.js';
import { Time, useNow } from '../../../../ui/content/time.js';
import { Secrets } from '../../../../ui/content/values.js';
import { Badge } from '../../../../ui/feedback/notice.js';
import { SelectField } from '../../../../ui/forms/fields.js';
import { ConfirmDialog } from '../../../../ui/overlays/confirm-dialog.js';
import { FormDialog } from '../../../../ui/overlays/form-dialog.js';
import { sdk } from '../../../app/client.js';
import { May, useMay } from '../../../app/rights/may.js';
import { List } from '../../../data/list/list.js';

const columns: readonly Column<MachineKeyDto>[] = [
  { header: 'Name', cell: ({ name }) => <bdi>{name}</bdi> },
  { header: 'Key', cell: ({ prefix }) => <code>{prefix}…</code> },
  { header: 'Scopes', cell: ({ scopes }) => scopes.join(', ') },
  { header: 'Networks', cell: ({ allowedNetworks }) => allowedNetworks?.join(', ') ?? 'any' },
  { header: 'Expires', cell: ({ expiresAt }) => <Expiry at={expiresAt} /> },
  { header: 'Last used', cell: ({ lastUsedAt, lastUsedFrom }) => <LastUse at={lastUsedAt} from={lastUsedFrom} /> },
  {
    header: 'Made by',
    cell: ({ createdBy }) =>
      createdBy === null ? (
        'the command line'
      ) : (
        <Link to="/accounts/$id" params={{ id: String(createdBy) }}>
          account {createdBy}
        </Link>
      ),
  },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} />, extra: true },
  { header: 'Id', cell: ({ id }) => id, numeric: true, extra: true },
];

function Expiry({ at }: { at: string | null }) {
  const now = useNow();
  if (at === null) return 'never';
  if (Date.parse(at) > now) return <Time at={at} />;
  return (
    <>
      <Badge tone="bad">expired</Badge> <Time at={at} />
    </>
  );
}

function LastUse({ at, from }: { at: string | null; from: string | null }) {
  if (at === null) return 'never';
  return (
    <>
      <Time at={at} /> {from !== null && <>from {from}</>}
    </>
  );
}

/** The credentials of programs. */
export function MachineKeys() {
  const may = useMay();
  return (
    <List
      name="machine-keys"
      label="Machine keys"
      load={(query, _search, signal) => sdk.machineKeys.list({ query, signal })}
      columns={columns}
      keyOf={({ id }) => id}
      rowActions={
        may('machineKeys.rotate')
          ? (key) => (
              <>
                <Rotate machineKey={key} />
                <Delete machineKey={key} />
              </>
            )
          : undefined
      }
      empty={{
        title: 'No machine keys yet',
        children: <p>A program uses the API with a key of its own, which may do no more than its scopes say.</p>,
      }}
    />
  );
}

const OVERLAPS = [
  { value: '0', label: 'ends at once' },
  { value: '3600', label: 'goes on for 1 hour' },
  { value: '86400', label: 'goes on for 1 day' },
  { value: '604800', label: 'goes on for 7 days' },
  { value: '2592000', label: 'goes on for 30 days' },
];

function Rotate({ machineKey: { id, name } }: { machineKey: MachineKeyDto }) {
  return (
    <FormDialog
      label="Rotate"
      title={`Rotate ${name}?`}
      submit="Rotate"
      onSubmit={(values) =>
        sdk.machineKeys.rotate({ path: { id }, body: { overlapSeconds: values.number('overlapSeconds') ?? 0 } })
      }
      result={({ key }) => <Secrets secrets={{ 'New machine key': key }} />}
    >
      <SelectField
        name="overlapSeconds"
        label="The old key"
        options={OVERLAPS}
        defaultValue="3600"
        hint="Change the program to the new key within that time."
      />
    </FormDialog>
  );
}

function Delete({ machineKey: { id, name, prefix } }: { machineKey: MachineKeyDto }) {
  return (
    <May do="machineKeys.delete">
      <ConfirmDialog
        verb="Delete key"
        title={`Delete key ${name}?`}
        onConfirm={() => sdk.machineKeys.delete({ path: { id } })}
        says="Machine key deleted"
      >
        <p>Programs that use {prefix}… are refused from now on.</p>
      </ConfirmDialog>
    </May>
  );
}
