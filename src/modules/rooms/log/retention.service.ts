import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { BackgroundSweep } from '../../realtime/resilience/background-sweep.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { RetentionRepository } from './retention.repository.js';
import { SWEEPER_KEY } from '../rooms.channels.js';

const SWEEP_MS = 30_000;
const ROOMS_AT_ONCE = 500;
const ROWS_AT_ONCE = 2_000;
/** Expired endpoints can be listed for another day. */
const EXPIRED_MS = 86_400_000;

/** Removes messages nobody should keep and what has expired. */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly background: BackgroundSweep;

  constructor(
    private readonly repository: RetentionRepository,
    store: EphemeralStore,
    private readonly clock: Clock,
  ) {
    this.background = new BackgroundSweep(store, SWEEPER_KEY, new Logger(Retention.name));
  }

  onApplicationBootstrap(): void {
    this.background.start(SWEEP_MS, () => this.sweep());
  }

  async onModuleDestroy(): Promise<void> {
    await this.background.stop();
  }

  /** Does all there is to do now. @throws when the database is away */
  async sweep(): Promise<void> {
    const { background, repository: rows } = this;
    await background.repeat(async () => {
      const cuts = await rows.beyondLimit(ROOMS_AT_ONCE);
      for (const cut of cuts) await rows.raiseFloor(cut);
      return cuts.length === ROOMS_AT_ONCE;
    });
    await background.repeat(async () => {
      const cuts = await rows.beyondAge(this.clock.date(), ROOMS_AT_ONCE, ROWS_AT_ONCE);
      for (const cut of cuts) await rows.raiseFloor(cut);
      return cuts.length > 0;
    });
    await background.repeat(async () => (await rows.removeHidden(ROOMS_AT_ONCE, ROWS_AT_ONCE)) > 0);
    await background.repeat(() => rows.removeOrphans(ROWS_AT_ONCE));
    await background.repeat(async () => (await rows.removeKeys(this.clock.date(), ROWS_AT_ONCE)) === ROWS_AT_ONCE);
    const before = new Date(this.clock.now() - EXPIRED_MS);
    await background.repeat(async () => (await rows.removeEndpoints(before, ROWS_AT_ONCE)) === ROWS_AT_ONCE);
  }
}
