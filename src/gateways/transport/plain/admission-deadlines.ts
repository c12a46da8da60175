import { type PlainConnection } from './plain.connection.js';

/** Connections that have still to say who they are, in the order their time runs out per deadline. */
export class AdmissionDeadlines {
  private readonly waiting = new Map<PlainConnection, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly tickMs: number,
    private readonly expired: (connection: PlainConnection) => void,
  ) {}

  start(): void {
    this.timer ??= setInterval(() => {
      this.tick(performance.now());
    }, this.tickMs).unref();
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  /** @param at by `performance.now()` */
  expect(connection: PlainConnection, at: number): void {
    this.waiting.set(connection, at);
  }

  forget(connection: PlainConnection): void {
    this.waiting.delete(connection);
  }

  tick(now: number): void {
    for (const [connection, at] of this.waiting) {
      if (connection.principal !== null || connection.closed) {
        this.waiting.delete(connection);
      } else if (at <= now && !connection.busy) {
        this.waiting.delete(connection);
        this.expired(connection);
      }
    }
  }
}
