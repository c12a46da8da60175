import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../common/time/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { BackgroundSweep } from '../realtime/resilience/background-sweep.js';
import { EphemeralStore } from '../realtime/ports/ephemeral-store.js';
import { CallLedgerRepository } from './call-ledger.repository.js';
import { storeKey } from '../realtime/ports/store-key.js';

const SWEEP_MS = 60_000;
const CALLS_AT_ONCE = 2_000;
/** Key of the ephemeral store: the node that sweeps now. */
const SWEEPER_KEY = storeKey<string>('calls', 'sweeper');

/** Removes calls that ended long enough ago. */
@Injectable()
export class CallRetention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly background: BackgroundSweep;
  private readonly days: number;

  constructor(
    private readonly repository: CallLedgerRepository,
    store: EphemeralStore,
    private readonly clock: Clock,
    config: AppConfig,
  ) {
    this.background = new BackgroundSweep(store, SWEEPER_KEY, new Logger(CallRetention.name));
    this.days = config.calls.retentionDays;
  }

  onApplicationBootstrap(): void {
    if (this.days > 0) this.background.start(SWEEP_MS, () => this.sweep());
  }

  async onModuleDestroy(): Promise<void> {
    await this.background.stop();
  }

  /** Does all there is to do now. @throws when the database is away */
  async sweep(): Promise<void> {
    if (this.days === 0) return;
    await this.background.repeat(
      async () => (await this.repository.removeOld(this.clock.date(), this.days, CALLS_AT_ONCE)) > 0,
    );
  }
}
