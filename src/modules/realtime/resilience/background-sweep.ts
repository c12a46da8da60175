import { type Logger } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { randomHex } from '../../../common/security/random.js';
import { type EphemeralStore } from '../ports/ephemeral-store.js';
import { type StoreKey } from '../ports/store-key.js';

/** How long a node keeps its turn; longer than a sweep should take. */
const TURN_MS = 120_000;
/** A sweep ends after this many pieces of each kind, so that it cannot run forever; the next one continues. */
const MAX_PIECES = 500;

/** Periodic cleanup in the background, on one node at a time and in pieces. */
export class BackgroundSweep {
  private readonly turn = randomHex(16);
  private timer: NodeJS.Timeout | undefined;
  private sweeping: Promise<void> | undefined;
  private stopped = false;

  /** @param key of the ephemeral store; holds the turn of the node that is sweeping */
  constructor(
    private readonly store: EphemeralStore,
    private readonly key: StoreKey<string>,
    private readonly logger: Logger,
  ) {}

  /** @param sweep does all there is to do; what it throws is logged */
  start(everyMs: number, sweep: () => Promise<void>): void {
    this.timer = setInterval(() => {
      this.sweeping ??= this.sweepInTurn(sweep).finally(() => {
        this.sweeping = undefined;
      });
    }, everyMs).unref();
  }

  /** Resolves when a sweep under way has ended, which it does after its present piece. */
  async stop(): Promise<void> {
    this.stopped = true;
    clearInterval(this.timer);
    await this.sweeping;
  }

  /** @param step does one piece; says whether there may be more */
  async repeat(step: () => Promise<boolean>): Promise<void> {
    for (let pieces = 0; pieces < MAX_PIECES && !this.stopped; pieces++) if (!(await step())) return;
  }

  private async sweepInTurn(sweep: () => Promise<void>): Promise<void> {
    try {
      if (!(await this.store.claim(this.key, this.turn, { ttlMs: TURN_MS }))) return;
      try {
        await sweep();
      } finally {
        await this.store.release(this.key, this.turn);
      }
    } catch (error) {
      reportFailure(this.logger, 'sweeping failed', error);
    }
  }
}
