import { store } from '../../ui/store.js';
import { login } from '../app/client.js';
import { useKept } from '../app/preferences.js';

/** What a screen passes to the workbench; kept in memory, since it may contain a secret. */
export interface Handoff {
  /** The channel's name in the AsyncAPI document. */
  readonly channel: string;
  /** What it is about, for people. */
  readonly about: string;
  readonly credential?: string;
  /** A first frame, ready to be sent. */
  readonly frame?: string;
}

/** The last one. It stays, for those who navigate back. */
export const handoff = store<Handoff | undefined>(undefined);

// It is not for the next user of this browser.
login.subscribe(() => {
  if (login.get() === undefined) handoff.set(undefined);
});

/** The handoff for this channel, if any. */
export function useHandoff(channel: string | undefined): Handoff | undefined {
  const handed = useKept(handoff);
  return handed?.channel === channel ? handed : undefined;
}
