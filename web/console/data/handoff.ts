import { store } from '../../ui/store.js';
import { login } from '../app/client.js';
import { useKept } from '../app/preferences.js';

/** What one screen brings along for the workbench; in memory, since it may hold a secret. */
export interface Handoff {
  /** As the AsyncAPI document names the channel. */
  readonly channel: string;
  /** What it is about, for people. */
  readonly about: string;
  readonly credential?: string;
  /** A first frame, ready to be sent. */
  readonly frame?: string;
}

/** The last that was brought. It stays for who comes back with the browser's arrows. */
export const handoff = store<Handoff | undefined>(undefined);

// Nor for who comes next at this browser.
login.subscribe(() => {
  if (login.get() === undefined) handoff.set(undefined);
});

/** What was brought for this channel. */
export function useHandoff(channel: string | undefined): Handoff | undefined {
  const handed = useKept(handoff);
  return handed?.channel === channel ? handed : undefined;
}
