import { useSyncExternalStore } from 'react';

let label: string | undefined;
const listeners = new Set<() => void>();

/** The dialog that is to be open as soon as its button is on the screen, by the button's label. */
export const wanted = {
  get: (): string | undefined => label,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  set: (next: string | undefined): void => {
    label = next;
    for (const listener of listeners) listener();
  },
};

export const useWanted = (): string | undefined => useSyncExternalStore(wanted.subscribe, wanted.get);
