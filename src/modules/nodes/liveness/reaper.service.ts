import { Injectable, Logger } from '@nestjs/common';
import { reportFailure } from '../../../common/outages/outages.js';
import { EphemeralStore } from '../../realtime/ports/ephemeral-store.js';
import { NodeBoard } from '../../realtime/ports/node-board.js';
import { Presence } from '../../realtime/ports/presence.js';
import { storeKey } from '../../realtime/ports/store-key.js';
import { Leases } from '../../realtime/resilience/leases.service.js';
import { type NodeStatus } from '../status/node-status.js';
import { NodesRepository } from './nodes.repository.js';

/** How long it is remembered that a node was taken for dead. */
const REMEMBERED = { ttlMs: 3_600_000 };
const keys = {
  lease: (dead: string) => storeKey<string>('nodes', 'reaper', dead),
  /** Whether what it held has been released. */
  dead: (incarnation: string) => storeKey<boolean>('nodes', 'dead', incarnation),
};

/** Releases what departed nodes held, each by exactly one survivor. */
@Injectable()
export class Reaper {
  private readonly logger = new Logger(Reaper.name);
  private readonly busy = new Set<string>();

  constructor(
    private readonly presence: Presence,
    private readonly store: EphemeralStore,
    private readonly board: NodeBoard,
    private readonly repository: NodesRepository,
    private readonly leases: Leases,
  ) {}

  /**
   * Starts releasing what a dead node held, unless that is under way. Repeat it for as long as the node is found dead.
   */
  reap(dead: NodeStatus): void {
    const { incarnation } = dead;
    if (this.busy.has(incarnation)) return;
    this.busy.add(incarnation);
    void this.release(dead)
      .catch((error: unknown) => {
        reportFailure(this.logger, 'what a dead node held could not be released yet', error);
      })
      .finally(() => this.busy.delete(incarnation));
  }

  /** Whether somebody took `incarnation` for dead and is releasing, or has released, what it held. */
  async tookForDead(incarnation: string): Promise<boolean> {
    return (await this.store.get(keys.dead(incarnation))) !== undefined;
  }

  /** This node leaves. Never throws: whatever it fails to remove ends with its lease. */
  async leave(incarnation: string): Promise<void> {
    try {
      await this.presence.releaseNode(incarnation);
      await this.store.releaseNode(incarnation);
      await this.board.remove(incarnation);
    } catch (error) {
      reportFailure(this.logger, 'not everything of this node could be released', error);
      return;
    }
    await this.repository.remove(incarnation).catch(() => undefined);
  }

  private release({ incarnation, name }: NodeStatus): Promise<void> {
    return this.leases.runIfFree(keys.lease(incarnation), async () => {
      const dead = keys.dead(incarnation);
      if ((await this.store.get(dead)) !== true) {
        await this.store.swap(dead, false, REMEMBERED);
        this.logger.warn({ msg: 'a node is dead', node: name });
        // Members first: whoever hears of them may want to see what the node had stored.
        const members = await this.presence.releaseNode(incarnation);
        const entries = await this.store.releaseNode(incarnation);
        await this.store.swap(dead, true, REMEMBERED);
        this.logger.log({ msg: 'released what a dead node held', node: name, members, entries });
      }
      // Last, and separately: as long as one remains, the others find the node dead and try again.
      await this.board.remove(incarnation);
      await this.repository.remove(incarnation);
    });
  }
}
