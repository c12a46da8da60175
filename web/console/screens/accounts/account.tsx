import { useQuery } from '@tanstack/react-query';
import { getRouteApi, Link, useNavigate } from '@tanstack/react-router';
import { type UserDto } from '@switchboard/client/rest';
import { Facts } from '../../../ui/content/facts.js';
import { Page, Panel } from '../../../ui/content/page.js';
import { Time } from '../../../ui/content/time.js';
import { Id, Secrets } from '../../../ui/content/values.js';
import { Badge } from '../../../ui/feedback/notice.js';
import { SelectField } from '../../../ui/forms/fields.js';
import { bytes } from '../../../ui/content/format.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { sdk } from '../../app/client.js';
import { May, useMe } from '../../app/rights/may.js';
import { Closes } from '../../data/live/connected.js';
import { LoadedPage } from '../../data/loaded.js';
import { SaveAll } from '../../data/list/save-all.js';
import { TryIt } from '../../data/try-it.js';
import { useLiveQuery } from '../../data/live/use-live-query.js';
import { ConnectionList } from '../connections/connection-list.js';
import { ChangePassword } from './change-password.js';
import { Identities } from './identities.js';
import { Logins } from './logins.js';

const route = getRouteApi('/accounts/$id');

export function Account() {
  const id = Number(route.useParams().id);
  const account = useLiveQuery(['account', id], (signal) => sdk.accounts.get({ path: { id }, signal }));
  return (
    <LoadedPage title="Account" query={account}>
      {(data) => <Details account={data} />}
    </LoadedPage>
  );
}

function Details({ account }: { account: UserDto }) {
  const { id, email, disabled, role } = account;
  const path = { id };
  const media = useQuery({
    queryKey: ['media of account', id],
    queryFn: ({ signal }) => sdk.accountMediaUsage.get({ path, signal }),
  });
  return (
    <Page
      title={email}
      above={[<Link to="/accounts">Accounts</Link>]}
      beside={
        <>
          <Id value={String(id)} />
          {role !== 'user' && <Badge tone="good">{role}</Badge>}
          {disabled && <Badge tone="bad">disabled</Badge>}
        </>
      }
      actions={
        <>
          <TryIt channel="circles" about={`account ${email}: bring its access token`} />
          <Actions account={account} />
        </>
      }
    >
      <Facts
        facts={{
          Name: (
            <bdi>
              {account.firstName} {account.lastName}
            </bdi>
          ),
          Role: role,
          State: disabled ? 'disabled' : 'active',
          Birthday: account.birthday,
          Created: <Time at={account.createdAt} />,
          Media: media.data && bytes(media.data.usedBytes),
          'Media quota': media.data && (media.data.quotaBytes === null ? 'none' : bytes(media.data.quotaBytes)),
        }}
      />
      <Logins id={id} email={email} />
      <Identities id={id} email={email} />
      <Panel title="Connections">
        <ConnectionList
          name="connections of account"
          fixed={{ account: String(id) }}
          empty={{ title: 'Not connected now' }}
        />
      </Panel>
    </Page>
  );
}

const ROLES = [
  { value: 'user', label: 'user: uses the server' },
  { value: 'viewer', label: 'viewer: also sees what runs here' },
  { value: 'operator', label: 'operator: also acts on what runs here' },
  { value: 'admin', label: 'admin: may do everything here' },
] as const;

function ChangeRole({ account: { id, role } }: { account: UserDto }) {
  const path = { id };
  return (
    <May do="accounts.update">
      <FormDialog
        label="Change role"
        submit="Save role"
        onSubmit={(values) =>
          sdk.accounts.update({
            path,
            body: { role: ROLES.find((each) => each.value === values.text('role'))?.value ?? role },
          })
        }
        says={() => 'Role saved'}
      >
        <SelectField name="role" label="Role" defaultValue={role} options={ROLES} />
      </FormDialog>
    </May>
  );
}

function Actions({ account }: { account: UserDto }) {
  const { id, email, disabled } = account;
  const me = useMe();
  const navigate = useNavigate();
  const path = { id };
  return (
    <>
      {me?.id === id && me.passwordSignIn && <ChangePassword />}
      <ChangeRole account={account} />
      <May do="accountExport.export">
        <SaveAll label="Export account" fileName={`account-${id}`} load={() => sdk.accountExport.export({ path })} />
      </May>
      <May do="accounts.resetPassword">
        <FormDialog
          label="Reset password"
          submit="Reset password"
          onSubmit={() => sdk.accounts.resetPassword({ path })}
          result={({ temporaryPassword }) => <Secrets secrets={{ 'Temporary password': temporaryPassword }} />}
        >
          <Closes which={{ account: String(id) }} />
          <p>{email} gets a temporary password, and the old one stops working. Logins that are live end with it.</p>
        </FormDialog>
      </May>
      <May do="accounts.update">
        {disabled ? (
          <ConfirmDialog
            verb="Enable account"
            kind="plain"
            onConfirm={() => sdk.accounts.update({ path, body: { disabled: false } })}
            says="Account enabled"
          >
            <p>{email} may sign in again.</p>
          </ConfirmDialog>
        ) : (
          <ConfirmDialog
            verb="Disable account"
            onConfirm={() => sdk.accounts.update({ path, body: { disabled: true } })}
            says="Account disabled"
          >
            <Closes which={{ account: String(id) }} />
            <p>All logins of {email} end at once, on their sockets too.</p>
          </ConfirmDialog>
        )}
      </May>
      <May do="accounts.delete">
        <ConfirmDialog
          verb="Delete account"
          onConfirm={() => sdk.accounts.delete({ path })}
          says="Account deleted"
          onDone={() => navigate({ to: '/accounts' })}
        >
          <Closes which={{ account: String(id) }} />
          <p>{email}, its logins and its memberships are removed. This cannot be undone.</p>
        </ConfirmDialog>
      </May>
    </>
  );
}
