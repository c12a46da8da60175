import { type CreateRoomRequest } from '@switchboard/client/rest';
import { useNavigate } from '@tanstack/react-router';
import { Plus } from 'lucide-react';
import { Qr } from '../../../ui/content/qr.js';
import { Secrets } from '../../../ui/content/values.js';
import { CheckField, SelectField, TextAreaField, TextField } from '../../../ui/forms/fields.js';
import { defined, type FormValues } from '../../../ui/forms/form-values.js';
import { FormDialog } from '../../../ui/overlays/form-dialog.js';
import { publicUrl } from '../../app/client.js';
import { May } from '../../app/rights/may.js';
import { Closes } from '../../data/live/connected.js';
import { jsonOf } from '../../data/json-object.js';
import { TryIt } from '../../data/try-it.js';
import { asApplication, KeyField } from './application-key.js';

/** The room's name, and its application's id. */
interface OfRoom {
  readonly path: { readonly id: number; readonly name: string };
}

const roomOf = (values: FormValues): CreateRoomRequest => ({
  name: values.text('name'),
  durable: values.checked('durable'),
  historyLimit: values.number('historyLimit'),
  retentionDays: values.number('retentionDays'),
});

export function NewRoom({ application }: { application: number }) {
  const navigate = useNavigate();
  return (
    <May do="applications.createKey">
      <FormDialog
        label="New room"
        kind="main"
        icon={<Plus size={14} aria-hidden />}
        submit="Create room"
        onSubmit={(values) => asApplication(application, values, (sdk) => sdk.rooms.create({ body: roomOf(values) }))}
        says={({ name }) => `Room ${name} created`}
        onDone={({ name: room }) =>
          navigate({ to: '/rooms/$application/$room', params: { application: String(application), room } })
        }
      >
        <TextField name="name" label="Name" required maxLength={100} hint="Letters, digits, - and _." />
        <CheckField name="durable" label="Durable" hint="Keeps messages, so that who comes back misses nothing." />
        <TextField name="historyLimit" label="Keeps at most" type="number" min={1} hint="Messages; empty: all." />
        <TextField name="retentionDays" label="Keeps days" type="number" min={1} hint="Empty: for ever." />
        <KeyField application={application} />
      </FormDialog>
    </May>
  );
}

export function PublishToRoom({ path: { id, name } }: OfRoom) {
  return (
    <May do="applications.createKey">
      <FormDialog
        label="Publish"
        title={`Publish in ${name}`}
        submit="Publish"
        onSubmit={async (values) => {
          const body = { message: jsonOf(values.text('message')), ...defined({ identity: values.text('identity') }) };
          return asApplication(id, values, (sdk) => sdk.roomMessages.publish({ path: { name }, body }));
        }}
        says={({ offset }) => (offset === null ? 'Published' : `Published at offset ${offset}`)}
      >
        <TextField name="identity" label="Identity" maxLength={100} hint="Empty: the application’s name." />
        <TextAreaField name="message" label="Message" defaultValue={'{ "text": "" }'} required hint="Any JSON." />
        <KeyField application={id} />
      </FormDialog>
    </May>
  );
}

export function DeleteRoom({ path: { id, name } }: OfRoom) {
  const navigate = useNavigate();
  return (
    <May do="applications.createKey">
      <FormDialog
        label="Delete room"
        title={`Delete room ${name}?`}
        kind="danger"
        submit="Delete room"
        onSubmit={(values) => asApplication(id, values, (sdk) => sdk.rooms.delete({ path: { name } }))}
        says={() => 'Room deleted'}
        onDone={() => navigate({ to: '/rooms/$application', params: { application: String(id) } })}
      >
        <Closes which={{ application: String(id), room: name }} />
        <p>Its messages and endpoints are deleted. This cannot be undone.</p>
        <KeyField application={id} />
      </FormDialog>
    </May>
  );
}

const PERMISSIONS = [
  { value: 'readwrite', label: 'hears and may speak' },
  { value: 'read', label: 'hears only' },
  { value: 'write', label: 'may speak only' },
] as const;

export function NewEndpoint({ path: { id, name } }: OfRoom) {
  return (
    <May do="applications.createKey">
      <FormDialog
        label="New endpoint"
        icon={<Plus size={14} aria-hidden />}
        submit="Create endpoint"
        onSubmit={(values) => {
          const permissions = PERMISSIONS.find(({ value }) => value === values.text('permissions')) ?? PERMISSIONS[0];
          const hours = values.number('hours');
          const body = {
            permissions: permissions.value,
            ...defined({ identity: values.text('identity') }),
            ...(hours !== null && { expiresInSeconds: Math.round(hours * 3600) }),
          };
          return asApplication(id, values, (sdk) => sdk.endpoints.create({ path: { name }, body }));
        }}
        result={({ code, identity }) => (
          <Secrets secrets={{ Code: code, 'Join link': joinLink(code) }}>
            <Qr text={joinLink(code)} />
            <TryIt channel="rooms" about={`the endpoint of ${identity} in ${name}`} credential={code} />
          </Secrets>
        )}
      >
        <TextField name="identity" label="Identity" maxLength={100} hint="What others see; empty: Anonymous." />
        <SelectField name="permissions" label="Permission" options={PERMISSIONS} />
        <TextField name="hours" label="Expires after hours" type="number" min={0.1} step="any" hint="Empty: never." />
        <KeyField application={id} />
      </FormDialog>
    </May>
  );
}

const joinLink = (code: string): string => `${publicUrl}/room/${code}/`;
