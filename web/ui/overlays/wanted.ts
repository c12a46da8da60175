import { useSyncExternalStore } from 'react';
import { store } from '../store.js';

/** The dialog to open as soon as its button is on the screen, by the button's label. */
export const wanted = store<string | undefined>(undefined);

export const useWanted = (): string | undefined => useSyncExternalStore(wanted.subscribe, wanted.get);
