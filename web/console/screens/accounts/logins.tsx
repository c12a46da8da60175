import { type AccountLoginDto, paginate } from '@switchboard/client/rest';
import { Panel } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { Badge } from '../../../ui/feedback/notice.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { sdk } from '../../app/client.js';
import { May, useMay } from '../../app/rights/may.js';
import { List } from '../../data/list/list.js';

const columns: readonly Column<AccountLoginDto>[] = [
  {
    header: 'Device',
    cell: ({ userAgent, current }) => (
      <>
        <bdi>{userAgent ?? 'unknown'}</bdi> {current && <Badge tone="good">this one</Badge>}
      </>
    ),
  },
  { header: 'Last used', cell: ({ lastUsedAt }) => <Time at={lastUsedAt} /> },
  { header: 'Since', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { header: 'Address', cell: ({ address }) => address },
  { header: 'Id', cell: ({ id }) => id, numeric: true, extra: true },
];

/** Where an account is signed in. */
export function Logins({ id, email }: { id: number; email: string }) {
  const may = useMay();
  return (
    <Panel title="Logins" actions={<EndAll id={id} email={email} />}>
      <List
        name="logins"
        label="Logins"
        prefix="logins."
        load={(query, _search, signal) => sdk.accountLogins.list({ path: { id }, query, signal })}
        columns={columns}
        keyOf={(login) => login.id}
        rowActions={
          may('accountLogins.end')
            ? (login) => (
                <ConfirmDialog
                  verb="End login"
                  kind="plain"
                  title="End this login?"
                  onConfirm={() => sdk.accountLogins.end({ path: { id, loginId: login.id } })}
                  says="Login ended"
                >
                  <p>Signs {email} out there, and closes the sockets that came with it.</p>
                  {login.current && <p>This is the login you work with now.</p>}
                </ConfirmDialog>
              )
            : undefined
        }
        empty={{ title: 'Not signed in anywhere' }}
      />
    </Panel>
  );
}

function EndAll({ id, email }: { id: number; email: string }) {
  const path = { id };
  return (
    <May do="accountLogins.end">
      <ConfirmDialog
        verb="End all logins"
        onConfirm={async () => {
          const ids: number[] = [];
          for await (const login of paginate(sdk.accountLogins.list, { path, query: { limit: 200 } }))
            if (!login.current) ids.push(login.id);
          for (const loginId of ids) await sdk.accountLogins.end({ path: { id, loginId } });
        }}
        says="Logins ended"
      >
        <p>Signs {email} out everywhere, and closes the sockets that came with it. The one you work with now stays.</p>
      </ConfirmDialog>
    </May>
  );
}
