/** A connection that has still to say who it is. */
export interface Expected {
  readonly principal: object | null;
  readonly closed: boolean;
  /** Whether a message of it is being handled right now: that may be the one. */
  readonly busy: boolean;
  /** It has said nothing in time. */
  admissionExpired(): void;
}

/** Connections that have still to say who they are, and until when. */
export class AdmissionDeadlines {
  private readonly waiting = new Map<Expected, number>();
  private timer: NodeJS.Timeout | undefined;

  constructor(private readonly tickMs: number) {}

  /** @param at by `performance.now()` */
  expect(connection: Expected, at: number): void {
    this.timer ??= setInterval(() => {
      this.tick(performance.now());
    }, this.tickMs).unref();
    this.waiting.set(connection, at);
  }

  forget(connection: Expected): void {
    this.waiting.delete(connection);
  }

  stop(): void {
    clearInterval(this.timer);
    this.timer = undefined;
  }

  private tick(now: number): void {
    for (const [connection, at] of this.waiting) {
      if (connection.principal !== null || connection.closed) {
        this.waiting.delete(connection);
      } else if (at <= now && !connection.busy) {
        this.waiting.delete(connection);
        connection.admissionExpired();
      }
    }
  }
}
