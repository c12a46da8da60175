/** Whether screens stand still. For this tab and this visit: who comes back wants to see what is. */
let value = false;
const listeners = new Set<() => void>();

export const paused = {
  get: (): boolean => value,
  subscribe: (listener: () => void): (() => void) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  },
  set: (next: boolean): void => {
    value = next;
    for (const listener of listeners) listener();
  },
};
