/** What happens later. Beside the clocks, so that tests need not wait; nothing that waits here keeps the process alive. */
export abstract class Timers {
  /** Calls `act` every `ms`. @returns what ends it */
  abstract every(ms: number, act: () => void): () => void;
  /** Calls `act` once, after `ms`. @returns what prevents it */
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
