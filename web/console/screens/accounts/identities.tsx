import { type AccountIdentityDto } from '@switchboard/client/rest';
import { Panel } from '../../../ui/content/page.js';
import { type Column } from '../../../ui/content/table.js';
import { Time } from '../../../ui/content/time.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { sdk } from '../../app/client.js';
import { useMay } from '../../app/rights/may.js';
import { List } from '../../data/list/list.js';

const columns: readonly Column<AccountIdentityDto>[] = [
  { header: 'Provider', cell: ({ issuer }) => <bdi>{issuer}</bdi> },
  { header: 'Known there as', cell: ({ subject }) => <bdi>{subject}</bdi> },
  { header: 'Since', cell: ({ createdAt }) => <Time at={createdAt} /> },
  { header: 'Id', cell: ({ id }) => id, numeric: true, extra: true },
];

/** The identities under which providers know an account. */
export function Identities({ id, email }: { id: number; email: string }) {
  const may = useMay();
  return (
    <Panel title="Identities">
      <List
        name="identities"
        label="Identities"
        prefix="identities."
        load={(query, _search, signal) => sdk.accountIdentities.list({ path: { id }, query, signal })}
        columns={columns}
        keyOf={(identity) => identity.id}
        rowActions={
          may('accountIdentities.unlink')
            ? (identity) => (
                <ConfirmDialog
                  verb="Unlink"
                  title="Unlink this identity?"
                  onConfirm={() => sdk.accountIdentities.unlink({ path: { id, identityId: identity.id } })}
                  says="Identity unlinked"
                >
                  <p>
                    It signs nobody in to {email} any more, and logins that began with it end. To shut somebody out,
                    disable the account.
                  </p>
                </ConfirmDialog>
              )
            : undefined
        }
        empty={{ title: 'Linked to no identity provider' }}
      />
    </Panel>
  );
}
