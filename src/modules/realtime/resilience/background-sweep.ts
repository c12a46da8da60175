import { Logger, type OnApplicationBootstrap, type OnModuleDestroy } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { type Lease, type LeaseKey } from './lease.js';
import { type Leases } from './leases.service.js';

/** A sweep ends after this many pieces of each kind, so that it cannot run forever; the next one continues. */
const MAX_PIECES = 500;

/** Periodic cleanup in the background, in pieces, on one node at a time. */
export abstract class BackgroundSweep implements OnApplicationBootstrap, OnModuleDestroy {
  private readonly failures = new Logger(this.constructor.name);
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private lease: Lease | undefined;
  private stopped = false;

  /** @param key lease held by the node that is sweeping */
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

  /** Resolves when a running sweep has ended, which it does after its current piece. */
  async onModuleDestroy(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.sweeping;
  }

  /** Does everything there is to do now. @throws when what it needs is away */
  abstract sweep(): Promise<void>;

  /** @param step does one piece and returns whether there may be more */
  protected async repeat(step: () => Promise<boolean>): Promise<void> {
    for (let pieces = 0; pieces < MAX_PIECES && !this.stopped; pieces++) {
      // The lease was lost: another node may be sweeping.
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
