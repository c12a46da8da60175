import { Injectable, Logger, type OnModuleDestroy } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { Broker } from '../ports/broker.js';
import { type Channel } from '../channel.js';
import { ClusterQuery } from './cluster-query.js';
import { inSlices } from '../ports/ephemeral-store.js';
import { Hub } from './hub.js';
import { NodeBoard } from '../ports/node-board.js';
import { NodeIdentity } from '../node-identity.js';
import { type Picture } from './picture.js';
import { topic } from './topic.js';

/** Cluster topic: the asking node is back on the bus. */
const BACK = topic<string, boolean>('pictures.back');
/** Pictures compared at a time. */
const AT_ONCE = 500;
const AGAIN_MS = 1_000;
/** By then every node has noticed that Redis lost its data: they check every second. */
const NOTICED_MS = 1_500;
const STEP_MS = 50;
/** How many steps an asked node waits for its own connection to the bus. */
const STEPS = 30;

/**
 * Keeps what clients know of who is there correct on nodes that share a bus. After the bus was away, for this node or
 * another, every node compares what it told its own listeners with the actual state and tells them the difference.
 * Pictures read from the database need no bus; they are compared whenever connections are.
 *
 * A node that comes back first rewrites its own entries and waits until the others have done the same. After Redis lost
 * its data, what a live node has not yet reported is not taken for gone.
 */
@Injectable()
export class Pictures implements OnModuleDestroy {
  private readonly logger = new Logger(Pictures.name);
  private stopped = false;
  /** Whether it is waiting for the other nodes before comparing. */
  private asking = false;
  private askAgain = false;
  /** Whether Redis may lack what other nodes wrote. */
  private dataLost = false;
  private comparing: Promise<void> | undefined;
  private compareAgain = false;

  constructor(
    private readonly hub: Hub,
    private readonly broker: Broker,
    private readonly board: NodeBoard,
    private readonly cluster: ClusterQuery,
    private readonly identity: NodeIdentity,
  ) {
    const isEverAway = board.onBack((dataLost) => {
      this.dataLost ||= dataLost;
      this.askAgain = true;
      if (!this.asking) void this.back();
    });
    if (!isEverAway) return;
    hub.paintBy((channel, picture) => {
      if (!picture.complete) void this.compare(channel, picture);
    });
    cluster.answer(BACK, (from) => this.answer(from));
  }

  onModuleDestroy(): void {
    this.stopped = true;
  }

  /** Compares the pictures read from the database. Never throws. */
  compareStored(): Promise<void> {
    return this.compareSome((picture) => picture.stored);
  }

  private async back(): Promise<void> {
    this.asking = true;
    while (this.askAgain && !this.stopped) {
      this.askAgain = false;
      // The others notice by themselves and rewrite their own entries.
      if (this.dataLost) await sleep(NOTICED_MS, undefined, { ref: false });
      const { missing } = await this.cluster.ask(BACK, this.identity.name);
      this.askAgain ||= this.dataLost && missing.length > 0;
    }
    this.dataLost = this.asking = false;
    this.compareAll();
  }

  /** Another node is back and has rewritten its entries. Answers once this node has done so too. */
  private async answer(from: string): Promise<boolean> {
    if (from === this.identity.name) return true;
    for (let step = 0; step < STEPS && !this.board.connected; step++) await sleep(STEP_MS, undefined, { ref: false });
    if (!this.asking) this.compareAll();
    return this.board.connected;
  }

  private compareAll(): void {
    this.compareAgain = true;
    this.comparing ??= this.compareUntilDone().finally(() => {
      this.comparing = undefined;
    });
  }

  private async compareUntilDone(): Promise<void> {
    while (this.compareAgain && !this.stopped) {
      this.compareAgain = false;
      for (const first of [true, false]) {
        await this.compareSome((picture) => picture.first === first && !picture.stored);
      }
    }
  }

  private async compareSome(which: (picture: Picture) => boolean): Promise<void> {
    const some = [...this.hub.occupied].flatMap(([channel, { picture }]) =>
      picture !== null && which(picture) ? [[channel, picture] as const] : [],
    );
    await inSlices(some, (slice) => Promise.all(slice.map((each) => this.compare(...each))), AT_ONCE);
  }

  private async compare(channel: Channel, picture: Picture): Promise<void> {
    if (this.stopped || !this.hub.hasPicture(channel, picture)) return;
    try {
      // Subscribe before reading, so that nothing announced from now on is missed.
      await this.broker.subscribe(channel);
      if (!(await picture.look(() => performance.now()))) return;
      setTimeout(() => void this.compare(channel, picture), AGAIN_MS).unref();
    } catch (error) {
      // The bus is away; the comparison is repeated when it is back.
      this.logger.debug({ msg: 'a picture could not be compared', reason: (error as Error).message });
    }
  }
}
