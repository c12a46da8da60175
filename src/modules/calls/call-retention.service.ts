import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock.js';
import { AppConfig } from '../../config/app-config.js';
import { BackgroundSweep } from '../realtime/resilience/background-sweep.js';
import { Leases } from '../realtime/resilience/leases.service.js';
import { CallLedgerRepository } from './call-ledger.repository.js';
import { storeKey } from '../realtime/ports/store-key.js';

const SWEEP_MS = 60_000;
const CALLS_AT_ONCE = 2_000;
/** Key in the ephemeral store of the node that sweeps now. */
const SWEEPER_KEY = storeKey<string>('calls', 'sweeper');

/** Removes calls after the retention time. */
@Injectable()
export class CallRetention extends BackgroundSweep {
  private readonly days: number;

  constructor(
    private readonly repository: CallLedgerRepository,
    leases: Leases,
    private readonly clock: Clock,
    config: AppConfig,
  ) {
    super(leases, SWEEPER_KEY, SWEEP_MS);
    this.days = config.calls.retentionDays;
  }

  /** Removes everything due now. @throws when the database is unreachable */
  async sweep(): Promise<void> {
    if (this.days === 0) return;
    await this.repeat(async () => (await this.repository.removeOld(this.clock.date(), this.days, CALLS_AT_ONCE)) > 0);
  }
}
