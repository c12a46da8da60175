/**
 * Time that never steps, for durations, limits and timeouts: NTP, a resumed virtual machine or an administrator's
 * change of the wall clock do not affect it. Its readings mean nothing to another process.
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
