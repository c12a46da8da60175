import { useSyncExternalStore } from 'react';
import { absolute, relative } from './format.js';
import styles from './time.module.css';

/** So that all times of a screen move together, and seldom. */
const STEP_MS = 10_000;

const subscribe = (listener: () => void) => {
  const timer = setInterval(listener, STEP_MS);
  return () => {
    clearInterval(timer);
  };
};

const steppedNow = (): number => Math.ceil(Date.now() / STEP_MS) * STEP_MS;

/** Now, as all times of the screen have it: milliseconds since the epoch. */
export const useNow = (): number => useSyncExternalStore(subscribe, steppedNow);

/** How long ago or ahead; the absolute time on hover and focus. */
export function Time({ at }: { at: string | null }) {
  const now = useNow();
  if (at === null) return '–';
  const time = Date.parse(at);
  // Not later than now only because now is a step behind.
  const shown = time > now || time < now - STEP_MS ? relative(time, now) : 'just now';
  return (
    <time dateTime={at} className={styles['time']} tabIndex={0}>
      {shown}
      <span className={styles['absolute']}>{absolute(time)}</span>
    </time>
  );
}
