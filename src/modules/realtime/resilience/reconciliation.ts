import { Injectable, Logger } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { type Connection, PROTOCOLS, type Protocol } from '../connection.js';
import { ConnectionDirectory } from '../fan-out/connection-directory.js';
import { Pictures } from '../fan-out/pictures.service.js';

/**
 * Compares connections of this node with the database, in a fixed number of statements however many they are, and ends
 * those no longer allowed the way the missed event would have.
 */
export type Comparison = (connections: readonly Connection[]) => Promise<void>;

/**
 * Ends what was taken away while this node could not hear of it. Each feature says how its own connections are
 * compared; `nodes` decides who may have missed something, and when.
 */
@Injectable()
export class Reconciliation {
  private readonly logger = new Logger(Reconciliation.name);
  private readonly comparisons = new Map<Protocol, Comparison>();

  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly pictures: Pictures,
  ) {}

  register(protocol: Protocol, comparison: Comparison): void {
    this.comparisons.set(protocol, comparison);
  }

  /** @returns whether everything could be compared */
  async run(): Promise<boolean> {
    const admitted = this.directory.admitted();
    let isComplete = true;
    for (const protocol of PROTOCOLS) {
      const connections = admitted.get(protocol);
      if (connections === undefined) continue;
      try {
        await this.comparisons.get(protocol)?.(connections);
      } catch (error) {
        isComplete = false;
        reportFailure(this.logger, `connections of ${protocol} could not be compared with the database`, error);
      }
    }
    // The remaining listeners are told what they missed.
    await this.pictures.compareStored();
    return isComplete;
  }
}
