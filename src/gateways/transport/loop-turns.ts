/** Something that has work left for the next turn. */
export interface TurnTask {
  /** Must not throw. */
  runTurn(): void;
}

/**
 * One clock tick per turn of the event loop, shared by everything in the transport: inbound queues take turns by it,
 * outbound writers write once at its end. A turn begins with the first `touch` and ends in the check phase, after all
 * readable sockets were read.
 */
export class LoopTurns {
  /** Changes from turn to turn. */
  current = 0;
  /** Milliseconds since the epoch, read once a turn. */
  now = Date.now();
  private scheduled = false;
  private inbound: TurnTask[] = [];
  private outbound: TurnTask[] = [];

  /** Makes sure that this turn has an end. */
  touch(): void {
    if (this.scheduled) return;
    this.scheduled = true;
    this.now = Date.now();
    setImmediate(this.finish);
  }

  /** Runs `task` at the beginning of the next turn's work. */
  resumeNextTurn(task: TurnTask): void {
    this.inbound.push(task);
    this.touch();
  }

  /** Runs `task` at the end of this turn. */
  flushThisTurn(task: TurnTask): void {
    this.outbound.push(task);
    this.touch();
  }

  private readonly finish = (): void => {
    this.scheduled = false;
    this.current++;
    this.now = Date.now();
    const inbound = this.inbound;
    if (inbound.length > 0) {
      this.inbound = [];
      for (const task of inbound) task.runTurn();
    }
    const outbound = this.outbound;
    this.outbound = [];
    for (const task of outbound) task.runTurn();
  };
}
