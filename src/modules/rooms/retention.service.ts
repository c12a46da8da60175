import { Injectable, Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { isDatabaseUnavailable } from '../../common/errors/database-unavailable.js';
import { randomHex } from '../../common/security/random.js';
import { Clock } from '../../common/time/clock.js';
import { EphemeralStore } from '../realtime/ephemeral-store.js';
import { RetentionRepository } from './retention.repository.js';
import { SWEEPER_KEY } from './rooms.channels.js';

const SWEEP_MS = 30_000;
/** How long a node has the broom; longer than a sweep should take. */
const TURN_MS = 120_000;
const ROOMS_AT_ONCE = 500;
const ROWS_AT_ONCE = 2_000;
/** One sweep ends after so many pieces of each kind, so that it cannot go on for ever; the next one goes on. */
const MAX_PIECES = 500;
/** Expired endpoints can be listed for another day. */
const EXPIRED_MS = 86_400_000;

/** Removes, in the background and on one node at a time, messages nobody should keep and what has expired. */
@Injectable()
export class Retention implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly logger = new Logger(Retention.name);
  private readonly turn = randomHex(16);
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private stopped = false;

  constructor(
    private readonly repository: RetentionRepository,
    private readonly store: EphemeralStore,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
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

  /** @param step does one piece; says whether there may be more */
  private async repeat(step: () => Promise<boolean>): Promise<void> {
    for (let pieces = 0; pieces < MAX_PIECES && !this.stopped; pieces++) if (!(await step())) return;
  }
}
