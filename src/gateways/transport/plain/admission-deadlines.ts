import { Injectable } from '@nestjs/common';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { Timers } from '../../../common/time/timers.js';
import { AppConfig } from '../../../config/app-config.js';

const TICK_MS = 1_000;

/** A connection that has yet to be admitted. */
export interface Expected {
  readonly principal: object | null;
  readonly closed: boolean;
  /** Whether one of its messages is being handled right now; that one may admit it. */
  readonly busy: boolean;
  /** Its deadline has passed. */
  admissionExpired(): void;
}

/** Connections that have yet to be admitted, with their deadlines. */
@Injectable()
export class AdmissionDeadlines {
  private readonly waiting = new Map<Expected, number>();
  private end: (() => void) | undefined;

  constructor(
    private readonly config: AppConfig,
    private readonly clock: MonotonicClock,
    private readonly timers: Timers,
  ) {}

  /** Allows the connection `factor` times the configured admission time. */
  expect(connection: Expected, factor: number): void {
    const { admissionSeconds } = this.config.limits;
    this.end ??= this.timers.every(Math.min(TICK_MS, admissionSeconds * 250), () => {
      this.tick(this.clock.elapsed());
    });
    this.waiting.set(connection, this.clock.elapsed() + admissionSeconds * factor * 1_000);
  }

  forget(connection: Expected): void {
    this.waiting.delete(connection);
  }

  stop(): void {
    this.end?.();
    this.end = undefined;
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
