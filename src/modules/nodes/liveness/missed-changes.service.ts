import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { UnansweredWrites } from '../../database/unanswered-writes.js';
import { Broker } from '../../realtime/ports/broker.js';
import { BusHealth } from '../../realtime/ports/bus-health.js';
import { ClusterQuery } from '../../realtime/fan-out/cluster-query.js';
import { NodeBoard } from '../../realtime/ports/node-board.js';
import { Reconciliation } from '../../realtime/resilience/reconciliation.js';
import { type NodeStatus } from '../status/node-status.js';
import { Liveness } from './liveness.service.js';
import { topic } from '../../realtime/fan-out/topic.js';

const LOOK_MS = 1_000;
/** While some node is without the bus, connections are compared at every n-th look. */
const EVERY = 5;
/**
 * Comparing continues for so many looks: clients being admitted when the bus came back may have missed something, too.
 */
const AFTERWARDS = 2 * EVERY;
/** A node that has not heard the bus for this long may have published something that nobody heard. */
const SILENT_MS = 4_000;
/** Cluster topic: what the asking node published may have been lost. */
const MISSED = topic<null, unknown>('nodes.missed');

/**
 * Has this node's connections compared with the database whenever this or another node may have missed changes: at once
 * when the bus is back, repeatedly while it is away, and soon after a write without an answer, which may have happened
 * without being announced. Never while all is well.
 */
@Injectable()
export class MissedChanges implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;
  private comparing: Promise<void> | undefined;
  /** Somebody asked during a comparison, which may have read older data. */
  private again = false;
  private looks = 0;
  private comparedAt = -EVERY;
  private until = 0;
  private unansweredSeen = 0;
  /** The other nodes have yet to be told to compare. */
  private untold = false;

  constructor(
    private readonly reconciliation: Reconciliation,
    private readonly broker: Broker,
    private readonly board: NodeBoard,
    private readonly health: BusHealth,
    private readonly liveness: Liveness,
    private readonly cluster: ClusterQuery,
    private readonly unanswered: UnansweredWrites,
  ) {
    cluster.answer(MISSED, () => {
      this.suspect();
    });
  }

  onApplicationBootstrap(): void {
    this.broker.onGap(() => {
      this.cluster.tell(MISSED, null);
      this.suspect();
    });
    this.timer = setInterval(() => {
      this.look();
    }, LOOK_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.comparing;
  }

  private look(): void {
    const now = ++this.looks;
    this.untold ||= this.unanswered.count > this.unansweredSeen;
    this.unansweredSeen = this.unanswered.count;
    if (this.untold || this.isBusAmiss()) this.until = now + AFTERWARDS;
    if (now >= this.until || now - this.comparedAt < EVERY) return;
    if (this.untold) this.cluster.tell(MISSED, null);
    this.untold = false;
    this.compare();
  }

  private isBusAmiss(): boolean {
    if (!this.board.shared) return false;
    return this.health.state !== 'ok' || this.liveness.others().some(({ status }) => isSilent(status));
  }

  /** Something may have been missed. */
  private suspect(): void {
    this.until = this.looks + AFTERWARDS;
    this.compare();
  }

  private compare(): void {
    if (this.comparing !== undefined) {
      this.again = true;
      return;
    }
    this.again = false;
    this.comparedAt = this.looks;
    this.comparing = this.reconciliation.run().then((isComplete) => {
      this.comparing = undefined;
      // The database is away too; comparing is retried until it succeeds.
      if (!isComplete) this.until = this.looks + AFTERWARDS;
      if (this.again) this.compare();
    });
  }
}

function isSilent({ state, busAge }: NodeStatus): boolean {
  return state === 'deaf' || (busAge !== null && busAge > SILENT_MS);
}
