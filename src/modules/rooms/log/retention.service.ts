import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { BackgroundSweep } from '../../realtime/resilience/background-sweep.js';
import { Leases } from '../../realtime/resilience/leases.service.js';
import { RetentionRepository } from './retention.repository.js';
import { SWEEPER_KEY } from '../rooms.channels.js';

const SWEEP_MS = 30_000;
const ROOMS_AT_ONCE = 500;
const ROWS_AT_ONCE = 2_000;
/** Expired endpoints can still be listed for a day. */
const EXPIRED_MS = 86_400_000;

/** Removes messages beyond their rooms' limits, and whatever has expired. */
@Injectable()
export class Retention extends BackgroundSweep {
  constructor(
    private readonly repository: RetentionRepository,
    leases: Leases,
    private readonly clock: Clock,
  ) {
    super(leases, SWEEPER_KEY, SWEEP_MS);
  }

  /** Does everything there is to do now. @throws when the database is away */
  async sweep(): Promise<void> {
    const { repository: rows } = this;
    await this.repeat(async () => {
      const cuts = await rows.beyondLimit(ROOMS_AT_ONCE);
      for (const cut of cuts) await rows.raiseFloor(cut);
      return cuts.length === ROOMS_AT_ONCE;
    });
    await this.repeat(async () => {
      const cuts = await rows.beyondAge(this.clock.date(), ROOMS_AT_ONCE, ROWS_AT_ONCE);
      for (const cut of cuts) await rows.raiseFloor(cut);
      return cuts.length > 0;
    });
    await this.repeat(async () => (await rows.removeHidden(ROOMS_AT_ONCE, ROWS_AT_ONCE)) > 0);
    await this.repeat(() => rows.removeOrphans(ROWS_AT_ONCE));
    await this.repeat(async () => (await rows.removeKeys(this.clock.date(), ROWS_AT_ONCE)) === ROWS_AT_ONCE);
    const before = new Date(this.clock.now() - EXPIRED_MS);
    await this.repeat(async () => (await rows.removeEndpoints(before, ROWS_AT_ONCE)) === ROWS_AT_ONCE);
  }
}
