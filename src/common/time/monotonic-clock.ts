/**
 * Time that only ever passes, for durations, limits and time-outs: steps of the wall clock (NTP, a resumed virtual
 * machine, an administrator) do not touch it. Its readings mean nothing to another process.
 */
export abstract class MonotonicClock {
  /** Milliseconds since some moment in the past. */
  abstract elapsed(): number;
}

export class SystemMonotonicClock extends MonotonicClock {
  elapsed(): number {
    return performance.now();
  }
}
