import { type Clock } from './clock.js';
import { type MonotonicClock } from './monotonic-clock.js';

/** What the readings of two clocks differ by, in milliseconds, without either having stepped. */
const JITTER_MS = 1_000;

/** A moment kept by the monotonic clock and shown by the wall clock: it follows that one's steps, not its jitter. */
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
