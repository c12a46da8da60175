/** Work left for the next turn. */
export interface TurnTask {
  /** Must not throw. */
  runTurn(): void;
}

/** Milliseconds per turn for leftover work, so that newcomers with little work get in between. */
const RESUMED_MS = 5;
/** Minimum milliseconds between two timed turns. */
const TIMED_EVERY_MS = 50;

/** Converts a time of the turns' clock to milliseconds since the epoch. */
export const pointInTime = (at: number): number => Math.round(Date.now() - (performance.now() - at));

/**
 * A clock that ticks once per turn of the event loop. The whole transport shares it: inbound queues take turns by it,
 * and outbound writers write once at the end of each. A turn begins with the first `touch` and ends in the check phase,
 * when all readable sockets have been read.
 */
export class LoopTurns {
  /** Number of the current turn. */
  current = 0;
  /** Monotonic milliseconds, read once per turn. */
  now = performance.now();
  private scheduled = false;
  private inbound: TurnTask[] = [];
  private settling: TurnTask[] = [];
  private outbound: TurnTask[] = [];
  /** True while the turn's last frames are being sent; nothing follows them in this turn. */
  ending = false;
  /** True from then until the turn's last task. */
  finishing = false;
  private last: TurnTask | null = null;
  /**
   * The first turn that begins at or after this time is timed, so that long turns are not timed more often than short
   * ones.
   */
  private timeFrom = 0;

  /** @param timed receives now and then how many milliseconds a turn took, from its first frame to its last write */
  constructor(private readonly timed: ((ms: number) => void) | null = null) {}

  /** Makes sure that the current turn ends. */
  touch(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.now = performance.now();
    setImmediate(this.finish);
  }

  /** Runs `task` at the start of the next turn's work, or in a later turn if there is a lot to do. */
  resumeNextTurn(task: TurnTask): void {
    this.inbound.push(task);
    this.touch();
  }

  /** Runs `task` at the end of this turn, before the tasks of `flushThisTurn`. */
  settleThisTurn(task: TurnTask): void {
    this.settling.push(task);
    this.touch();
  }

  /** Runs `task` at the end of this turn. */
  flushThisTurn(task: TurnTask): void {
    this.outbound.push(task);
    this.touch();
  }

  /** Runs `task` as the last one of every turn. */
  finishWith(task: TurnTask): void {
    this.last = task;
  }

  private readonly finish = (): void => {
    this.scheduled = false;
    this.current++;
    const began = this.now;
    this.now = performance.now();
    const inbound = this.inbound;
    if (inbound.length > 0) {
      this.inbound = [];
      this.resume(inbound);
    }
    this.finishing = true;
    const { settling } = this;
    if (settling.length > 0) {
      this.settling = [];
      this.ending = true;
      for (const task of settling) task.runTurn();
      this.ending = false;
    }
    const { outbound } = this;
    this.outbound = [];
    for (const task of outbound) task.runTurn();
    this.last?.runTurn();
    this.finishing = false;
    if (began >= this.timeFrom && (outbound.length > 0 || settling.length > 0)) this.time(began);
  };

  private time(began: number): void {
    this.timeFrom = began + TIMED_EVERY_MS;
    this.timed?.(performance.now() - began);
  }

  private resume(tasks: readonly TurnTask[]): void {
    const until = performance.now() + RESUMED_MS;
    let next = 0;
    do tasks[next++]?.runTurn();
    while (next < tasks.length && performance.now() < until);
    if (next === tasks.length) return;
    this.inbound = [...tasks.slice(next), ...this.inbound];
    this.touch();
  }
}
