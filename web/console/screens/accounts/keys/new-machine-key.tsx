import { Plus } from 'lucide-react';
import { Secrets } from '../../../../ui/content/values.js';
import { CheckTable, SelectField, TextAreaField, TextField } from '../../../../ui/forms/fields.js';
import { type FormValues } from '../../../../ui/forms/form-values.js';
import { FormDialog } from '../../../../ui/overlays/form-dialog.js';
import { sdk } from '../../../app/client.js';
import { May } from '../../../app/rights/may.js';
import { SCOPE_LINES } from './scopes.js';

const DAY = 86_400;
const LIFETIMES = [
  { value: String(30 * DAY), label: '30 days' },
  { value: String(90 * DAY), label: '90 days' },
  { value: String(365 * DAY), label: '1 year' },
  { value: '', label: 'until it is deleted' },
];

function requestOf(values: FormValues) {
  const scopes = values.all('scopes');
  if (scopes.length === 0) throw new Error('Check at least one scope: a key without any may do nothing.');
  const expiresInSeconds = values.number('expiresInSeconds');
  const allowedNetworks = values
    .text('allowedNetworks')
    .split(/[\s,]+/)
    .filter(Boolean);
  return {
    name: values.text('name'),
    scopes,
    ...(expiresInSeconds !== null && { expiresInSeconds }),
    ...(allowedNetworks.length > 0 && { allowedNetworks }),
  };
}

export function NewMachineKey() {
  return (
    <May do="machineKeys.create">
      <FormDialog
        label="New machine key"
        kind="main"
        icon={<Plus size={14} aria-hidden />}
        submit="Create machine key"
        onSubmit={async (values) => sdk.machineKeys.create({ body: requestOf(values) })}
        result={({ key }) => <Secrets secrets={{ 'Machine key': key }} />}
      >
        <TextField name="name" label="Name" required maxLength={100} hint="What program it is for." />
        <SelectField
          name="expiresInSeconds"
          label="Counts for"
          options={LIFETIMES}
          defaultValue={LIFETIMES[1]?.value}
        />
        <TextAreaField
          name="allowedNetworks"
          label="Allowed networks"
          rows={2}
          hint="Addresses or ranges such as 192.0.2.0/24, one a line. Empty: from anywhere."
        />
        <CheckTable
          name="scopes"
          label="Scopes"
          lines={SCOPE_LINES}
          hint="What it may do, by part of the API. Write takes what changes something, read what only looks."
        />
      </FormDialog>
    </May>
  );
}
