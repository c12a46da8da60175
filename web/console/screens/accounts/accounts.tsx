import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type UserDto } from '@switchboard/client/rest';
import { Plus } from 'lucide-react';
import { Page } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Badge } from '../../../ui/feedback/notice.js';
import { TextField } from '../../../ui/forms/fields.js';
import { defined } from '../../../ui/forms/form-values.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';
import { type Search } from '../../app/search.js';
import { List } from '../../data/list/list.js';
import { Tabs } from '../../data/tabs.js';
import { MachineKeys } from './keys/machine-keys.js';
import { NewMachineKey } from './keys/new-machine-key.js';

const columns: readonly Column<UserDto>[] = [
  {
    header: 'Email',
    cell: ({ id, email }) => (
      <Link to="/accounts/$id" params={{ id: String(id) }}>
        <bdi>{email}</bdi>
      </Link>
    ),
  },
  {
    header: 'Name',
    cell: ({ firstName, lastName }) => (
      <bdi>
        {firstName} {lastName}
      </bdi>
    ),
  },
  { header: 'Id', cell: ({ id }) => id, numeric: true },
  { header: 'Role', cell: ({ role }) => (role === 'user' ? role : <Badge tone="good">{role}</Badge>) },
  { header: 'State', cell: ({ disabled }) => (disabled ? <Badge tone="bad">disabled</Badge> : 'active') },
  { header: 'Created', cell: ({ createdAt }) => <Time at={createdAt} /> },
];

export function Accounts() {
  const search: Search = useSearch({ strict: false });
  const ofKeys = search['tab'] === 'machine-keys';
  return (
    <Page title="Accounts" actions={ofKeys ? <NewMachineKey /> : <NewAccount />}>
      <Tabs label="Who comes in" tabs={[{ name: 'People' }, { name: 'Machine keys', tab: 'machine-keys' }]} />
      {ofKeys ? <MachineKeys /> : <People />}
    </Page>
  );
}

function People() {
  return (
    <List
      name="accounts"
      label="Accounts"
      load={(paging, { q }, signal) => sdk.accounts.list({ query: { ...paging, ...defined({ q }) }, signal })}
      columns={columns}
      keyOf={({ id }) => id}
      searchLabel="Email or name"
      empty={{ title: 'No accounts yet' }}
    />
  );
}

function NewAccount() {
  const navigate = useNavigate();
  return (
    <May do="accounts.create">
      <FormDialog
        label="New account"
        kind="main"
        icon={<Plus size={14} aria-hidden />}
        submit="Create account"
        onSubmit={(values) =>
          sdk.accounts.create({
            body: {
              email: values.text('email'),
              password: values.text('password'),
              firstName: values.text('firstName'),
              lastName: values.text('lastName'),
              birthday: values.text('birthday') || null,
            },
          })
        }
        says={({ email }) => `Account ${email} created`}
        onDone={({ id }) => navigate({ to: '/accounts/$id', params: { id: String(id) } })}
      >
        <TextField name="email" label="Email" type="email" required />
        <TextField name="firstName" label="First name" required maxLength={100} />
        <TextField name="lastName" label="Last name" required maxLength={100} />
        <TextField
          name="password"
          label="Password"
          type="password"
          autoComplete="new-password"
          minLength={8}
          required
          hint="At least 8 characters. The person can change it after signing in."
        />
        <TextField name="birthday" label="Birthday" type="date" hint="May stay empty." />
      </FormDialog>
    </May>
  );
}
