/** The most recent delays, up to a number, for percentiles on demand. */
export class DelayWindow {
  private delays: number[] = [];
  private next = 0;

  constructor(private readonly size: number) {}

  /** @param ms milliseconds */
  add(ms: number): void {
    this.delays[this.next] = ms;
    this.next = (this.next + 1) % this.size;
  }

  /** Like `read`, then starts over; `undefined` when nothing was measured. */
  take(): { p50Ms: number; p99Ms: number } | undefined {
    const taken = this.delays.length === 0 ? undefined : this.read();
    this.delays = [];
    this.next = 0;
    return taken;
  }

  /** Milliseconds, to a hundredth; 0 when nothing was measured. */
  read(): { p50Ms: number; p99Ms: number } {
    const sorted = this.delays.toSorted((a, b) => a - b);
    const at = (share: number): number => Math.round((sorted[Math.ceil(sorted.length * share) - 1] ?? 0) * 100) / 100;
    return { p50Ms: at(0.5), p99Ms: at(0.99) };
  }
}
