import { Logger } from '@nestjs/common';
import { DatabaseDiskFull, isDatabaseFull } from '../errors/database-unavailable.js';

/** Milliseconds between two log lines about one outage. */
const REMIND_MS = 60_000;
/**
 * Milliseconds without a failure until a success counts as recovery: successes between failures are not worth a line.
 */
const QUIET_MS = 2_000;

/** Milliseconds for which the disk counts as full after a statement found no room; others may still find a little. */
const FULL_MS = 30_000;

interface Outage {
  readonly began: number;
  lastFailed: number;
  saidAt: number;
  failures: number;
}

/**
 * Logs outages of something that heals by itself: one line when it goes away, one a minute while it is away, one when
 * it is back. What fails because of it is counted instead of logged.
 */
export class OutageLog {
  private readonly logger = new Logger('Outages');
  private outage: Outage | undefined;
  private fullAt = -Infinity;
  private fullFrom = -Infinity;

  constructor(private readonly what: string) {}

  /** @param count how many things failed because of it; 0 when it is merely known to be away */
  failed(reason: unknown, count = 1): void {
    const now = performance.now();
    const outage = (this.outage ??= { began: now, lastFailed: now, saidAt: -Infinity, failures: 0 });
    outage.failures += count;
    outage.lastFailed = now;
    // A full disk is logged at once, because somebody has to act on it.
    const hasFilled = isDatabaseFull(reason) && !this.isFull;
    if (hasFilled) this.fullFrom = now;
    if (isDatabaseFull(reason)) this.fullAt = now;
    if (now - outage.saidAt < REMIND_MS && !hasFilled) return;
    const isFirst = outage.saidAt === -Infinity;
    outage.saidAt = now;
    this.logger.warn({
      msg: `${this.what} ${isFirst ? 'fails' : 'still fails'}: ${describe(reason)}`,
      ...(!isFirst && this.summary(outage, now)),
    });
  }

  /** Whether the disk was full just now. */
  get isFull(): boolean {
    return performance.now() - this.fullAt < FULL_MS;
  }

  /** Since when the disk has been full; `undefined` when it is not. */
  get fullSince(): number | undefined {
    return this.isFull ? this.fullFrom : undefined;
  }

  /** When the outage began, by `performance.now()`; `undefined` while there is none. */
  get since(): number | undefined {
    return this.outage?.began;
  }

  /** Reports a success. @param quietMs how long there must have been no failure for it to end the outage */
  worked(quietMs = QUIET_MS): void {
    const now = performance.now();
    if (this.outage === undefined || this.isFull || now - this.outage.lastFailed < quietMs) return;
    this.logger.log({ msg: `${this.what} works again`, ...this.summary(this.outage, now) });
    this.outage = undefined;
  }

  private summary({ began, failures }: Outage, now: number): object {
    return { seconds: Math.round((now - began) / 1_000), failures };
  }
}

/** Never includes addresses' credentials or parameters: the messages of drivers and servers have none. */
function describe(reason: unknown): string {
  if (reason instanceof DatabaseDiskFull) return `its disk is full (${reason.path})`;
  if (isDatabaseFull(reason)) return 'its disk is full';
  if (!(reason instanceof Error)) return String(reason).slice(0, 300);
  const { message, name, cause } = reason;
  const { code } = reason as { code?: unknown };
  const text = message || (typeof code === 'string' ? code : name);
  return `${text}${cause instanceof Error && cause.message !== text ? ` (${cause.message})` : ''}`.slice(0, 300);
}
