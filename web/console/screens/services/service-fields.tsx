import { type ServiceDto } from '@switchboard/client/rest';
import { CheckField, TextField } from '../../../ui/forms/fields.js';
import { type FormValues } from '../../../ui/forms/form-values.js';

/** Defaults of a new service. */
const DEFAULTS = {
  title: '',
  allowPublicCode: true,
  allowMultipleHosts: false,
  targeting: true,
  guestLimit: null,
  hostGraceSeconds: 0,
  codeTtlSeconds: null,
  codeLength: 4,
};

/** Settings of a service; empty fields mean no limit. */
export function ServiceFields({ service = DEFAULTS }: { service?: Pick<ServiceDto, keyof typeof DEFAULTS> }) {
  return (
    <>
      <TextField name="title" label="Title" required maxLength={32} defaultValue={service.title} />
      <CheckField
        name="allowPublicCode"
        label="Public code"
        hint="Each session gets a short code that lets guests in."
        defaultChecked={service.allowPublicCode}
      />
      <CheckField
        name="allowMultipleHosts"
        label="Several hosts"
        hint="Otherwise a new host takes the session over."
        defaultChecked={service.allowMultipleHosts}
      />
      <CheckField
        name="targeting"
        label="Targeting"
        hint="Hosts and clients may send to one user."
        defaultChecked={service.targeting}
      />
      <TextField
        name="guestLimit"
        label="Guest limit"
        type="number"
        min={1}
        hint="Guests of one session; empty: no limit."
        defaultValue={service.guestLimit ?? ''}
      />
      <TextField
        name="hostGraceSeconds"
        label="Host grace, seconds"
        type="number"
        min={0}
        hint="For so long guests stay when the host’s socket ends."
        defaultValue={service.hostGraceSeconds}
      />
      <TextField
        name="codeTtlSeconds"
        label="Code lifetime, seconds"
        type="number"
        min={1}
        hint="Empty: as long as the session."
        defaultValue={service.codeTtlSeconds ?? ''}
      />
      <TextField
        name="codeLength"
        label="Code length"
        type="number"
        min={4}
        max={12}
        hint="From 1,000 guests on use 6: four letters are few enough to be guessed."
        defaultValue={service.codeLength}
      />
    </>
  );
}

export const serviceOf = (values: FormValues) => ({
  allowPublicCode: values.checked('allowPublicCode'),
  allowMultipleHosts: values.checked('allowMultipleHosts'),
  targeting: values.checked('targeting'),
  guestLimit: values.number('guestLimit'),
  hostGraceSeconds: values.number('hostGraceSeconds') ?? 0,
  codeTtlSeconds: values.number('codeTtlSeconds'),
  codeLength: values.number('codeLength') ?? 4,
});
