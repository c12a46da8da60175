import { type CallDto } from '@switchboard/client/rest';
import { plural } from '../../../ui/content/format.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';

export function EndCall({ call: { id, state, participants } }: { call: CallDto }) {
  const there = participants.filter(({ joinedAt, leftAt }) => joinedAt !== null && leftAt === null).length;
  return (
    <May do="calls.delete">
      <ConfirmDialog
        verb="End call"
        title={`End call ${id}?`}
        onConfirm={() => sdk.calls.delete({ path: { id } })}
        says="Call ended"
      >
        <p>
          {state === 'ringing'
            ? 'It stops ringing, and nobody can answer it.'
            : `Parts ${plural(there, 'participant')} at once.`}{' '}
          They may call each other again.
        </p>
      </ConfirmDialog>
    </May>
  );
}
