/**
 * Schedules what happens later, so that tests need not wait for real time. Pending timers never keep the process alive.
 */
export abstract class Timers {
  /** Calls `act` every `ms` milliseconds. @returns a function that stops it */
  abstract every(ms: number, act: () => void): () => void;
  /** Calls `act` once, after `ms` milliseconds. @returns a function that cancels it */
  abstract after(ms: number, act: () => void): () => void;
}

export class SystemTimers extends Timers {
  every(ms: number, act: () => void): () => void {
    const timer = setInterval(act, ms).unref();
    return () => {
      clearInterval(timer);
    };
  }

  after(ms: number, act: () => void): () => void {
    const timer = setTimeout(act, ms).unref();
    return () => {
      clearTimeout(timer);
    };
  }
}
