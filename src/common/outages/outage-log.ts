import { Logger } from '@nestjs/common';
import { DatabaseDiskFull, isDatabaseFull } from '../errors/database-unavailable.js';

/** Milliseconds between two lines about one outage. */
const REMIND_MS = 60_000;
/** Milliseconds without a failure after which what works now counts as back: not each success between failures is news. */
const QUIET_MS = 2_000;

/** Milliseconds for which a statement that found no room on the disk counts: others may still find a little. */
const FULL_MS = 30_000;

interface Outage {
  readonly began: number;
  lastFailed: number;
  saidAt: number;
  failures: number;
}

/**
 * Something that heals by itself is away: one line when it goes, one a minute while it lasts, one when it is back. What
 * failed for it is counted instead of logged.
 */
export class OutageLog {
  private readonly logger = new Logger('Outages');
  private outage: Outage | undefined;
  private fullAt = -Infinity;
  private fullFrom = -Infinity;

  constructor(private readonly what: string) {}

  /** @param count of what failed for it; 0 when it is only known to be away */
  failed(reason: unknown, count = 1): void {
    const now = performance.now();
    const outage = (this.outage ??= { began: now, lastFailed: now, saidAt: -Infinity, failures: 0 });
    outage.failures += count;
    outage.lastFailed = now;
    // Whoever reads of it has something to do.
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

  /** Whether something did not find room on its disk just now. */
  get isFull(): boolean {
    return performance.now() - this.fullAt < FULL_MS;
  }

  /** Since when something did not find room on its disk; `undefined` when there is room. */
  get fullSince(): number | undefined {
    return this.isFull ? this.fullFrom : undefined;
  }

  /** When what fails began to, by `performance.now()`; `undefined` while it works. */
  get since(): number | undefined {
    return this.outage?.began;
  }

  /** It works. @param quietMs for how long nothing may have failed */
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

/** Without addresses' credentials and parameters: messages of drivers and servers hold none. */
function describe(reason: unknown): string {
  if (reason instanceof DatabaseDiskFull) return `its disk is full (${reason.path})`;
  if (isDatabaseFull(reason)) return 'its disk is full';
  if (!(reason instanceof Error)) return String(reason).slice(0, 300);
  const { message, name, cause } = reason;
  const { code } = reason as { code?: unknown };
  const text = message || (typeof code === 'string' ? code : name);
  return `${text}${cause instanceof Error && cause.message !== text ? ` (${cause.message})` : ''}`.slice(0, 300);
}
