/**
 * The time people read, and what is stored or compared with what is stored. It may step at any moment: how long something
 * takes or lasts is measured by `MonotonicClock`.
 */
export abstract class Clock {
  /** Milliseconds since the epoch. */
  abstract now(): number;

  date(): Date {
    return new Date(this.now());
  }
}

export class SystemClock extends Clock {
  now(): number {
    return Date.now();
  }
}
