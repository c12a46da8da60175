import { paginate, Switchboard, SwitchboardProblem } from '@switchboard/client/rest';
import { store } from '../../../ui/store.js';
import { type FormValues } from '../../../ui/forms/form-values.js';
import { TextField } from '../../../ui/forms/fields.js';
import { login, sdk } from '../../app/client.js';
import { useKept } from '../../app/preferences.js';

/** Keys made or used on this visit, by application; kept in memory, since they are secrets. */
const keys = store<ReadonlyMap<number, string>>(new Map());

// They are not for the next user of this browser.
login.subscribe(() => {
  if (login.get() === undefined) keys.set(new Map());
});

export function keepKey(application: number, key: string): void {
  keys.set(new Map(keys.get()).set(application, key));
}

function forgetKey(application: number): void {
  keys.set(new Map([...keys.get()].filter(([of]) => of !== application)));
}

/** Asks for a key of an application, unless one is known. */
export function KeyField({ application }: { application: number }) {
  if (useKept(keys).has(application)) return null;
  return (
    <TextField
      name="apiKey"
      label="API key"
      type="password"
      required
      hint="Rooms are their application’s, so this takes a key of it. It is remembered until this tab is closed."
    />
  );
}

/** Does something as an application that only an application may do. */
export async function asApplication<T>(
  application: number,
  values: FormValues,
  act: (sdk: Switchboard) => Promise<T>,
): Promise<T> {
  const known = keys.get().get(application);
  const apiKey = known ?? values.text('apiKey').trim();
  if (known === undefined && !(await isKeyOf(application, apiKey)))
    throw new Error('This is no key of this application. Make one under Keys, or look for it where the program runs.');
  try {
    const done = await act(new Switchboard({ url: location.origin, apiKey }));
    keepKey(application, apiKey);
    return done;
  } catch (error) {
    // The key has been deleted or revoked since: ask for one again.
    if (error instanceof SwitchboardProblem && error.status === 401) forgetKey(application);
    throw error;
  }
}

/** Whether this is the application's key; with another's, the action would happen in the other application. */
async function isKeyOf(application: number, apiKey: string): Promise<boolean> {
  const listed = paginate(sdk.applications.listKeys, { path: { id: application }, query: { limit: 200 } });
  for await (const { prefix } of listed) if (apiKey.startsWith(prefix)) return true;
  return false;
}
