import { type ServiceDto } from '@switchboard/client/rest';
import { Secrets } from '../../../ui/content/values.js';
import { SelectField, TextAreaField, TextField } from '../../../ui/forms/fields.js';
import { plural } from '../../../ui/content/format.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { sdk } from '../../app/client.js';
import { May } from '../../app/rights/may.js';
import { jsonObjectOf } from '../../data/json-object.js';
import { TryIt } from '../../data/try-it.js';
import { ServiceFields, serviceOf } from './service-fields.js';

export function ChangeService({ service }: { service: ServiceDto }) {
  return (
    <May do="services.update">
      <FormDialog
        label="Change settings"
        submit="Save settings"
        onSubmit={(values) =>
          sdk.services.update({
            path: { id: service.id },
            body: { title: values.text('title'), ...serviceOf(values) },
          })
        }
        says={() => 'Settings saved; they hold from now on'}
      >
        <ServiceFields service={service} />
      </FormDialog>
    </May>
  );
}

export function RotateToken({ id }: { id: number }) {
  return (
    <May do="services.rotateToken">
      <FormDialog
        label="Rotate token"
        submit="Rotate token"
        onSubmit={(values) =>
          sdk.services.rotateToken({
            path: { id },
            body: { role: values.text('role') === 'client' ? 'client' : 'host' },
          })
        }
        result={({ role, token }) => (
          <Secrets secrets={{ [role === 'host' ? 'New host token' : 'New client token']: token }}>
            <TryIt channel="services" about={`service ${id}, as its ${role}`} credential={token} />
          </Secrets>
        )}
      >
        <SelectField
          name="role"
          label="Token"
          options={[
            { value: 'host', label: 'Host token' },
            { value: 'client', label: 'Client token' },
          ]}
          hint="Sockets on the old one are closed at once; guests go with their host."
        />
      </FormDialog>
    </May>
  );
}

export function SendToService({ id }: { id: number }) {
  return (
    <May do="services.publish">
      <FormDialog
        label="Send a message"
        submit="Send"
        onSubmit={(values) =>
          sdk.services.publish({
            path: { id },
            body: { message: jsonObjectOf(values.text('message')), to: values.text('to') || 'all' },
          })
        }
        says={({ delivered }) => `Delivered to ${plural(delivered, 'socket')}`}
      >
        <TextField name="to" label="To" defaultValue="all" hint="all, hosts, or the id of one user" />
        <TextAreaField
          name="message"
          label="Message"
          defaultValue={'{\n  "type": "notice",\n  "text": ""\n}'}
          required
        />
      </FormDialog>
    </May>
  );
}
