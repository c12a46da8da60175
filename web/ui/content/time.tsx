import { useSyncExternalStore } from 'react';
import { absolute, relative } from './format.js';
import styles from './time.module.css';

/** Makes all times of a screen change together, and rarely. */
const STEP_MS = 10_000;

const subscribe = (listener: () => void) => {
  const timer = setInterval(listener, STEP_MS);
  return () => {
    clearInterval(timer);
  };
};

const steppedNow = (): number => Math.ceil(Date.now() / STEP_MS) * STEP_MS;

/** The current time for the whole screen, in milliseconds since the epoch. */
export const useNow = (): number => useSyncExternalStore(subscribe, steppedNow);

/** How long ago or ahead; the absolute time on hover and focus. */
export function Time({ at }: { at: string | null }) {
  const now = useNow();
  if (at === null) return '–';
  const time = Date.parse(at);
  // The current time may be a step behind, so recent times could seem to lie in the future.
  const shown = time > now || time < now - STEP_MS ? relative(time, now) : 'just now';
  return (
    <time dateTime={at} className={styles['time']} tabIndex={0}>
      {shown}
      <span className={styles['absolute']}>{absolute(time)}</span>
    </time>
  );
}
