import { type Clock } from './clock.js';
import { type MonotonicClock } from './monotonic-clock.js';

/** How far two clocks may drift apart, in milliseconds, without either having stepped. */
const JITTER_MS = 1_000;

/**
 * A moment kept by the monotonic clock and shown in wall-clock time: it follows steps of the wall clock, but not
 * jitter.
 */
export class PastMoment {
  private shown = -Infinity;

  /** @param at by the monotonic clock */
  constructor(readonly at: number) {}

  /** Milliseconds since the epoch. */
  read(clock: Clock, monotonic: MonotonicClock): number {
    const time = clock.now() - Math.round(monotonic.elapsed() - this.at);
    if (Math.abs(time - this.shown) >= JITTER_MS) this.shown = time;
    return this.shown;
  }
}
