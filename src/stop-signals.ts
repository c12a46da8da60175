/** Ctrl-C reaches a process twice under npm, from the terminal and from npm itself; so close together they are one. */
const SAME_MS = 500;

/**
 * SIGTERM and SIGINT as an abort signal. A second one, later than an echo of the first, ends the process at once with 1.
 */
export class StopSignals {
  readonly #abort = new AbortController();
  #first: number | undefined;

  /** Aborted with the name of the signal as reason. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  listen(): void {
    for (const name of ['SIGTERM', 'SIGINT'] as const) {
      process.on(name, () => {
        this.receive(name);
      });
    }
  }

  /** As if the signal had come; a process above has had it. */
  request(name: string): void {
    if (!this.signal.aborted) this.#abort.abort(name);
  }

  /** Resolves with the first signal. */
  async received(): Promise<void> {
    if (this.signal.aborted) return;
    await new Promise<void>((resolve) => {
      this.signal.addEventListener(
        'abort',
        () => {
          resolve();
        },
        { once: true },
      );
    });
  }

  private receive(name: NodeJS.Signals): void {
    const now = performance.now();
    if (this.#first === undefined) {
      this.#first = now;
      this.request(name);
    } else if (now - this.#first > SAME_MS) {
      process.exit(1);
    }
  }
}
