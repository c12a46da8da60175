import { store } from '../../ui/store.js';

/** Whether screens stand still. For this tab and this visit: who comes back wants to see what is. */
export const paused = store(false);
