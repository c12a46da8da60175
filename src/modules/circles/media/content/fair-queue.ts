/** Runs tasks one at a time, taking turns between owners, so that nobody waits for everything another has queued. */
export class FairQueue<K> {
  /** Owners in the order of their turns; each has tasks. */
  private readonly waiting = new Map<K, (() => Promise<void>)[]>();
  private running: Promise<void> | undefined;

  /** @param task never rejects */
  add(owner: K, task: () => Promise<void>): void {
    const own = this.waiting.get(owner);
    if (own) own.push(task);
    else this.waiting.set(owner, [task]);
    this.running ??= this.run();
  }

  /** Drops waiting tasks. Resolves when the running one has ended. */
  async stop(): Promise<void> {
    for (const tasks of this.waiting.values()) tasks.length = 0;
    await this.running;
  }

  private async run(): Promise<void> {
    for (;;) {
      const [turn] = this.waiting;
      if (turn === undefined) break;
      const [owner, tasks] = turn;
      await tasks.shift()?.();
      // Behind owners who came during its turn.
      this.waiting.delete(owner);
      if (tasks.length > 0) this.waiting.set(owner, tasks);
    }
    this.running = undefined;
  }
}
