import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { OUTAGES } from '../../../common/outages/outages.js';
import { ClusterQuery } from '../../realtime/fan-out/cluster-query.js';
import { ConnectionDirectory } from '../../realtime/fan-out/connection-directory.js';
import { DISCONNECT } from '../../realtime/disconnect-reason.js';
import { type BoardBeat, NodeBoard } from '../../realtime/ports/node-board.js';
import { Hub } from '../../realtime/fan-out/hub.js';
import { NodeIdentity } from '../../realtime/node-identity.js';
import { type Heard, LEASE_MS, LivenessView } from './liveness-view.js';
import { type Beat, type NodeStatus } from '../status/node-status.js';
import { NodesRepository } from './nodes.repository.js';
import { OwnStatus } from '../status/own-status.service.js';
import { Reaper } from './reaper.service.js';

const BEAT_MS = 2_000;
/** The most closes held back while it is uncertain whether this node was taken for dead. */
const MAX_HELD = 10_000;

/**
 * Leaves a heartbeat every two seconds in the database and, where nodes share a bus, there as well; watches the
 * heartbeats of the others, and has released what dead nodes held.
 */
@Injectable()
export class Liveness implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(Liveness.name);
  private readonly view = new LivenessView();
  private timer: NodeJS.Timeout | undefined;
  private beating: Promise<void> | undefined;
  private stopped = false;
  /** When a heartbeat last arrived anywhere. */
  private heardOf = performance.now();
  /** It was silent so long that the others may have taken it for dead, and does not know yet whether they did. */
  private inDoubt = false;
  /** Closes ordered by other nodes in the meantime. */
  private held: (() => void)[] = [];
  /** The incarnation under which this node is in the table. */
  private listed: string | undefined;

  constructor(
    private readonly repository: NodesRepository,
    private readonly board: NodeBoard,
    private readonly own: OwnStatus,
    private readonly identity: NodeIdentity,
    private readonly cluster: ClusterQuery,
    private readonly directory: ConnectionDirectory,
    private readonly reaper: Reaper,
    hub: Hub,
  ) {
    if (board.shared) {
      hub.closeBy((close) => {
        this.whenCertain(close);
      });
    }
  }

  onApplicationBootstrap(): void {
    this.schedule(0);
  }

  /**
   * Runs after the last connection has ended: removes what is left of this node, so that nobody has to wait for its
   * lease.
   */
  async onApplicationShutdown(): Promise<void> {
    if (this.stopped) return;
    this.stopped = true;
    clearTimeout(this.timer);
    await this.beating;
    if (this.listed !== undefined || this.board.shared) await this.reaper.leave(this.identity.incarnation);
    await this.repository.close();
  }

  /** The other live nodes, as last heard of. */
  others(): Heard[] {
    const { incarnation } = this.identity;
    return this.view.live(performance.now()).filter(({ status }) => status.incarnation !== incarnation);
  }

  /** All live nodes in order of their start, with this one's current state. */
  nodes(): NodeStatus[] {
    return [this.own.read(), ...this.others().map(({ status }) => status)].sort(
      (a, b) => a.startedAt - b.startedAt || (a.name < b.name ? -1 : 1),
    );
  }

  /**
   * Leaves an extra heartbeat, because this node's status has changed, or to learn at once what another one reports.
   */
  async beatNow(): Promise<void> {
    await this.beating;
    if (this.stopped) return;
    this.beating = this.tryToBeat();
    await this.beating;
  }

  private schedule(ms: number): void {
    if (this.stopped) return;
    this.timer = setTimeout(() => {
      const began = performance.now();
      this.beating = this.tryToBeat();
      void this.beating.then(() => {
        this.schedule(Math.max(0, BEAT_MS - (performance.now() - began)));
      });
    }, ms).unref();
  }

  private async tryToBeat(): Promise<void> {
    try {
      await this.beat();
    } catch (error) {
      this.logger.error('a heartbeat failed', error);
    }
  }

  private async beat(): Promise<void> {
    if (this.silent) this.inDoubt = true;
    if (this.inDoubt) await this.comeBack();
    this.own.measure();
    const status = this.own.read();
    await Promise.all([this.beatDatabase(status), this.beatBoard(status)]);
    const now = performance.now();
    this.cluster.setPeers(new Set(this.others().map((other) => other.status.name)));
    for (const dead of this.view.dead(now)) {
      if (dead.incarnation === this.identity.incarnation) continue;
      this.own.absences.addSilent(dead, this.view.heardAt(dead.incarnation));
      this.reaper.reap(dead);
    }
    for (const { status, at } of this.view.takeReaped()) this.own.absences.addSilent(status, at);
    this.own.absences.forgetReturned(this.nodes());
  }

  private get silent(): boolean {
    return performance.now() - this.heardOf >= LEASE_MS - BEAT_MS;
  }

  /** A waking node receives what was said while it slept before it can find out whether it was taken for dead. */
  private whenCertain(close: () => void): void {
    if ((this.inDoubt || this.silent) && this.held.length < MAX_HELD) this.held.push(close);
    else close();
  }

  private async beatDatabase(status: NodeStatus): Promise<void> {
    const began = performance.now();
    try {
      const { beats, known } = await this.repository.beat(status);
      this.own.databaseMs = performance.now() - began;
      this.own.databaseUp = true;
      OUTAGES.database.worked();
      this.view.looked('database', performance.now(), beats);
      const wasListed = this.listed === status.incarnation;
      this.listed = status.incarnation;
      this.heardOf = performance.now();
      if (!wasListed || known) return;
      this.inDoubt = true;
      await this.comeBack();
    } catch (error) {
      // Every heartbeat reports the outage, so the log also says how long it lasts and when it is over.
      OUTAGES.database.failed(error, 0);
      this.own.databaseUp = false;
      this.own.databaseMs = null;
      this.view.failed('database');
    }
  }

  private async beatBoard(status: NodeStatus): Promise<void> {
    if (!this.board.shared) return;
    const began = performance.now();
    try {
      const beats = await this.board.beat(status.incarnation, JSON.stringify(status));
      this.own.boardMs = performance.now() - began;
      this.view.looked('board', performance.now(), beats.flatMap(toBeat));
      this.heardOf = performance.now();
    } catch (error) {
      this.own.boardMs = null;
      this.logger.debug({ msg: 'heartbeats do not reach the bus', err: error });
      this.view.failed('board');
    }
  }

  /**
   * This node slept, or could not show that it is alive. If the others took it for dead, its connections were announced
   * as gone: they are told to reconnect, as everybody else believes they left, and the node starts over. Repeated until
   * there is an answer.
   */
  private async comeBack(): Promise<void> {
    const { incarnation } = this.identity;
    const dead = this.board.shared && (await this.reaper.tookForDead(incarnation).catch(() => undefined));
    this.inDoubt = dead === undefined;
    if (this.inDoubt) return;
    const { held } = this;
    this.held = [];
    if (dead !== true) {
      for (const close of held) close();
      return;
    }
    this.identity.reincarnate();
    const closed = this.directory.closeAll(DISCONNECT.goingAway);
    this.logger.warn({ msg: 'the other nodes took this node for dead; it starts over', closed });
  }
}

/** Leaves out what is not ours, e.g. heartbeats of another version. */
function toBeat({ incarnation, age, mark, text }: BoardBeat): Beat[] {
  try {
    // Other versions may report less.
    const { away = [], ...rest } = JSON.parse(text) as Omit<NodeStatus, 'away'> & Partial<NodeStatus>;
    const status = { ...rest, away };
    return status.incarnation === incarnation && typeof status.name === 'string'
      ? [{ incarnation, age, mark, status }]
      : [];
  } catch {
    return [];
  }
}
