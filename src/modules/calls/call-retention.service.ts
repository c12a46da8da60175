import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { isDatabaseUnavailable } from '../../common/errors/database-unavailable.js';
import { randomHex } from '../../common/security/random.js';
import { Clock } from '../../common/time/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { EphemeralStore } from '../realtime/ephemeral-store.js';
import { CallLedgerRepository } from './call-ledger.repository.js';

const SWEEP_MS = 60_000;
/** How long a node has the broom; longer than a sweep should take. */
const TURN_MS = 120_000;
const CALLS_AT_ONCE = 2_000;
/** One sweep ends after so many pieces; the next one goes on. */
const MAX_PIECES = 500;
const DAY_MS = 86_400_000;
/** Key of the ephemeral store: the node that sweeps now. */
const SWEEPER_KEY = 'calls:sweeper';

/** Removes calls that ended long enough ago, in the background and on one node at a time. */
@Injectable()
export class CallRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(CallRetention.name);
  private readonly turn = randomHex(16);
  private readonly days: number;
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly repository: CallLedgerRepository,
    private readonly store: EphemeralStore,
    private readonly clock: Clock,
    config: AppConfig,
  ) {
    this.days = config.calls.retentionDays;
  }

  onApplicationBootstrap(): void {
    if (this.days === 0) return;
    this.timer = setInterval(() => {
      this.sweeping ??= this.sweepInTurn().finally(() => {
        this.sweeping = undefined;
      });
    }, SWEEP_MS).unref();
  }

  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.sweeping;
  }

  /** Does all there is to do now. @throws when the database is away */
  async sweep(): Promise<void> {
    if (this.days === 0) return;
    const before = new Date(this.clock.now() - this.days * DAY_MS);
    for (let pieces = 0; pieces < MAX_PIECES && !this.stopped; pieces++) {
      if ((await this.repository.removeOld(before, CALLS_AT_ONCE)) === 0) return;
    }
  }

  /** Never throws. */
  private async sweepInTurn(): Promise<void> {
    try {
      if (!(await this.store.claim(SWEEPER_KEY, this.turn, { ttlMs: TURN_MS }))) return;
      try {
        await this.sweep();
      } finally {
        await this.store.release(SWEEPER_KEY, this.turn);
      }
    } catch (error) {
      if (isDatabaseUnavailable(error)) this.logger.warn('sweeping waits for the database');
      else this.logger.error({ msg: 'sweeping failed', stack: (error as Error).stack });
    }
  }
}
