import { useSyncExternalStore } from 'react';
import { store } from '../store.js';
import styles from './toasts.module.css';

interface Toast {
  readonly id: number;
  readonly text: string;
}

const SHOWN_MS = 5000;

const toasts = store<readonly Toast[]>([]);
let lastId = 0;

/** Reports in the corner, for some seconds, that something is done. */
export function toast(text: string): void {
  const id = ++lastId;
  toasts.set([...toasts.get().slice(-2), { id, text }]);
  setTimeout(() => {
    toasts.set(toasts.get().filter((other) => other.id !== id));
  }, SHOWN_MS);
}

export function Toasts() {
  const shown = useSyncExternalStore(toasts.subscribe, toasts.get);
  return (
    <div className={styles['toasts']} role="status">
      {shown.map(({ id, text }) => (
        <p key={id}>{text}</p>
      ))}
    </div>
  );
}
