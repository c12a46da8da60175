/**
 * Wall-clock time: what people read, and what is stored or compared with stored times. It may step at any moment, so
 * durations are measured by `MonotonicClock`.
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
