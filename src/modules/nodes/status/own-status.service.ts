import { Injectable } from '@nestjs/common';
import { performance } from 'node:perf_hooks';
import { PROGRAM_VERSION } from '../../../common/program-version.js';
import { Clock } from '../../../common/time/clock.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { Lifecycle } from '../../health/lifecycle.js';
import { SocketMetrics } from '../../observability/socket-metrics.js';
import { BusHealth } from '../../realtime/ports/bus-health.js';
import { PROTOCOLS } from '../../realtime/connection.js';
import { NodeIdentity } from '../../realtime/node-identity.js';
import { NodeAbsences } from './node-absences.js';
import { type NodeAbsence, type NodeState, type NodeStatus } from './node-status.js';
import { OwnAddress } from './own-address.js';

/** What this node reports about itself. */
@Injectable()
export class OwnStatus {
  /** Whether its last heartbeat reached the database. */
  databaseUp = true;
  /** Round-trip time of its last heartbeat, in milliseconds, for each place; `null` = it did not arrive. */
  databaseMs: number | null = null;
  boardMs: number | null = null;
  /** Busy share of its event loop between its last two heartbeats, 0 to 1. */
  load = 0;
  private readonly startedAt: number;
  private measured = performance.eventLoopUtilization();

  constructor(
    private readonly address: OwnAddress,
    private readonly lifecycle: Lifecycle,
    private readonly sockets: SocketMetrics,
    private readonly bus: BusHealth,
    private readonly identity: NodeIdentity,
    private readonly monotonic: MonotonicClock,
    readonly absences: NodeAbsences,
    clock: Clock,
  ) {
    this.startedAt = clock.now();
  }

  /** Measures how busy the event loop was since the last call. */
  measure(): void {
    const now = performance.eventLoopUtilization();
    this.load = Math.round(performance.eventLoopUtilization(now, this.measured).utilization * 1_000) / 1_000;
    this.measured = now;
  }

  read(): NodeStatus {
    const connections: Record<string, number> = {};
    for (const protocol of PROTOCOLS) connections[protocol] = this.sockets.of(protocol).connections;
    const { heardAt } = this.bus;
    const away = this.absences.list(this.databaseUp);
    return {
      incarnation: this.identity.incarnation,
      name: this.identity.name,
      url: this.address.url,
      version: PROGRAM_VERSION,
      state: this.stateWithout(away),
      load: this.load,
      connections,
      startedAt: this.startedAt,
      away,
      busAge: heardAt === null ? null : Math.round(this.monotonic.elapsed() - heardAt),
    };
  }

  /** The host at which it can be reached, with the port unless it is the default one. */
  get host(): string {
    return new URL(this.address.url).host;
  }

  private stateWithout(away: readonly NodeAbsence[]): NodeState {
    const { state } = this.lifecycle;
    if (state !== 'ready') return state;
    if (this.bus.state === 'deaf') return 'deaf';
    return away.some(({ node }) => node === null) ? 'degraded' : 'ready';
  }
}
