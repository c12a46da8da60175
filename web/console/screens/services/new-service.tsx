import { useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { buttonClass } from '../../../ui/actions/button.js';
import { Secrets } from '../../../ui/content/values.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';
import { handoff } from '../../data/handoff.js';
import { TryIt } from '../../data/try-it.js';
import { ServiceFields, serviceOf } from './service-fields.js';

export function NewService() {
  const navigate = useNavigate();
  return (
    <May do="services.create">
      <FormDialog
        label="New service"
        kind="main"
        icon={<Plus size={14} aria-hidden />}
        submit="Create service"
        onSubmit={(values) => sdk.services.create({ body: { title: values.text('title'), ...serviceOf(values) } })}
        onDone={({ title, hostToken }) => {
          handoff.set({ channel: 'services', about: `service ${title}, as its host`, credential: hostToken });
        }}
        result={({ id, hostToken, clientToken }) => (
          <Secrets secrets={{ 'Host token': hostToken, 'Client token': clientToken }}>
            <TryIt channel="services" about="the new service, as its host" credential={hostToken} />
            <button
              type="button"
              className={buttonClass('main')}
              onClick={() => void navigate({ to: '/services/$id', params: { id: String(id) } })}
            >
              Show service
            </button>
          </Secrets>
        )}
      >
        <ServiceFields />
      </FormDialog>
    </May>
  );
}
