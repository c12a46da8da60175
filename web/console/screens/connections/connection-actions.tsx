import { type ConnectionDto } from '@switchboard/client/rest';
import { defined } from '../../../ui/forms/form-values.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';

export function ConnectionActions({ connection: { id, principal } }: { connection: ConnectionDto }) {
  const who = principal?.label ?? 'This socket';
  return (
    <>
      <May do="connections.delete">
        <ConfirmDialog
          verb="Disconnect"
          kind="plain"
          title={`Disconnect ${who}?`}
          onConfirm={() => sdk.connections.delete({ path: { id } })}
          says="Disconnected"
        >
          <p>Closes 1 connection. Nothing keeps it from coming back: for that, revoke its credential.</p>
        </ConfirmDialog>
      </May>
      {principal !== null && (
        <May do="revocations.create">
          <ConfirmDialog
            verb="Revoke"
            title={`Revoke the credential of ${who}?`}
            asksReason
            onConfirm={(reason) => sdk.revocations.create({ body: { connection: id, ...defined({ reason }) } })}
            says="Revoked; its sockets are closed"
          >
            <p>
              Closes this connection and all others with the same credential, on all nodes, and refuses them until the
              revocation is lifted.
            </p>
          </ConfirmDialog>
        </May>
      )}
    </>
  );
}
