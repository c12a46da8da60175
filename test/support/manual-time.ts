import { type INestApplicationContext } from '@nestjs/common';
import { Clock } from '../../src/common/time/clock.js';
import { MonotonicClock } from '../../src/common/time/monotonic-clock.js';
import { Timers } from '../../src/common/time/timers.js';

interface Due {
  at: number;
  readonly every: number | undefined;
  readonly act: () => void;
}

/** All of a node's time, which passes on command. */
export class ManualTime extends Clock implements MonotonicClock, Timers {
  /** Controls a server: whatever it schedules from now on waits for this time, and its clocks are ahead by it. */
  static of({ nodes }: { readonly nodes: readonly INestApplicationContext[] }): ManualTime {
    const time = new ManualTime(0);
    for (const node of nodes) {
      const [clock, monotonic] = [node.get(Clock), node.get(MonotonicClock)];
      const [now, elapsed] = [clock.now.bind(clock), monotonic.elapsed.bind(monotonic)];
      Object.assign(clock, { now: () => now() + time.ms });
      Object.assign(monotonic, { elapsed: () => elapsed() + time.ms });
      Object.assign(node.get(Timers), { every: time.every.bind(time), after: time.after.bind(time) });
    }
    return time;
  }

  private readonly due = new Set<Due>();

  constructor(private ms = Date.now()) {
    super();
  }

  now(): number {
    return this.ms;
  }

  elapsed(): number {
    return this.ms;
  }

  every(ms: number, act: () => void): () => void {
    return this.add({ at: this.ms + ms, every: ms, act });
  }

  after(ms: number, act: () => void): () => void {
    return this.add({ at: this.ms + ms, every: undefined, act });
  }

  /** Lets time pass: everything due happens, in order. What that awaits on the network may come later. */
  async passes(ms: number): Promise<void> {
    const end = this.ms + ms;
    for (;;) {
      // Work in progress may still schedule something.
      await new Promise(setImmediate);
      const next = this.next(end);
      if (next === undefined) break;
      this.ms = Math.max(this.ms, next.at);
      if (next.every === undefined) this.due.delete(next);
      else next.at += next.every;
      next.act();
    }
    this.ms = end;
  }

  /** Lets time pass while this node sleeps, so that nothing due happens. */
  sleeps(ms: number): void {
    this.ms += ms;
  }

  private add(due: Due): () => void {
    this.due.add(due);
    return () => this.due.delete(due);
  }

  private next(end: number): Due | undefined {
    const [first] = [...this.due].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
    return first;
  }
}
