import { setTimeout as sleep } from 'node:timers/promises';
import { isUnavailable } from '../../../common/errors/app-error.js';

const AGAIN_AFTER_MS = 500;

/** Repeats `work` while what it needs is away, until it succeeds or `isOver`. */
export async function untilAvailable<T>(work: () => Promise<T>, isOver = (): boolean => false): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (isOver() || !isUnavailable(error)) throw error;
    }
    await sleep(AGAIN_AFTER_MS, undefined, { ref: false });
  }
}
