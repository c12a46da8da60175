import { type ServiceSessionDto } from '@switchboard/client/rest';
import { plural } from '../../../ui/content/format.js';
import { ConfirmDialog } from '../../../ui/overlays/confirm-dialog.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';

interface EndSessionProps {
  readonly serviceId: number;
  readonly session: ServiceSessionDto;
  readonly onDone?: () => unknown;
}

export function EndSession({ serviceId, session: { id, code, clients, guests }, onDone }: EndSessionProps) {
  return (
    <May do="services.endSession">
      <ConfirmDialog
        verb="End session"
        title={`End session ${code ?? id}?`}
        onConfirm={() => sdk.services.endSession({ path: { id: serviceId, code: id } })}
        says="Session ended"
        {...(onDone && { onDone })}
      >
        <p>
          Its host, {plural(clients, 'client')} and {plural(guests, 'guest')} are disconnected, and its code dies.
        </p>
      </ConfirmDialog>
    </May>
  );
}
