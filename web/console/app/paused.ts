import { store } from '../../ui/store.js';

/** Whether screens stand still. Only for this tab and this visit: those who come back want to see the current state. */
export const paused = store(false);
