import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { type Lease, type LeaseKey } from './lease.js';
import { type Leases } from './leases.service.js';

/** A sweep ends after this many pieces of each kind, so that it cannot run forever; the next one continues. */
const MAX_PIECES = 500;

/** Periodic cleanup in the background, on one node at a time and in pieces. */
export abstract class BackgroundSweep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly failures = new Logger(this.constructor.name);
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private lease: Lease | undefined;
  private stopped = false;

  /** @param key held by the node that is sweeping */
  constructor(
    private readonly leases: Leases,
    private readonly key: LeaseKey,
    private readonly everyMs: number,
  ) {}

  onApplicationBootstrap(): void | Promise<void> {
    this.timer = setInterval(() => {
      this.sweeping ??= this.sweepInTurn().finally(() => {
        this.sweeping = this.lease = undefined;
      });
    }, this.everyMs).unref();
  }

  /** Resolves when a sweep under way has ended, which it does after its present piece. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.sweeping;
  }

  /** Does all there is to do now. @throws when what it needs is away */
  abstract sweep(): Promise<void>;

  /** @param step does one piece; says whether there may be more */
  protected async repeat(step: () => Promise<boolean>): Promise<void> {
    for (let pieces = 0; pieces < MAX_PIECES && !this.stopped; pieces++) {
      // Another node may sweep meanwhile.
      if (this.lease?.held === false || !(await step())) return;
    }
  }

  private async sweepInTurn(): Promise<void> {
    try {
      await this.leases.runIfFree(this.key, (lease) => {
        this.lease = lease;
        return this.sweep();
      });
    } catch (error) {
      reportFailure(this.failures, 'sweeping failed', error);
    }
  }
}
