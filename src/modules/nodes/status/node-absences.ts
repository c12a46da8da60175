import { Injectable } from '@nestjs/common';
import { Clock } from '../../../common/time/clock.js';
import { MonotonicClock } from '../../../common/time/monotonic-clock.js';
import { PastMoment } from '../../../common/time/past-moment.js';
import { Absences } from '../../health/absences.service.js';
import { type NodeAbsence, type NodeStatus } from './node-status.js';

/** A node that stays away this long, in milliseconds, was probably removed on purpose. */
const REMEMBERED_MS = 24 * 3_600_000;
/** They are part of every heartbeat, so their number is limited. */
const MOST = 100;

interface SilentNode {
  readonly status: NodeStatus;
  readonly since: PastMoment;
}

/**
 * What this node has to do without, including other nodes. A node that fell silent without saying goodbye is forgotten
 * when it is heard again, when a node started after that serves at its address, or after a day.
 */
@Injectable()
export class NodeAbsences {
  private readonly silent = new Map<string, SilentNode>();

  constructor(
    private readonly absences: Absences,
    private readonly clock: Clock,
    private readonly monotonic: MonotonicClock,
  ) {}

  /** @param at when the dead node was last heard of, by the monotonic clock */
  addSilent(status: NodeStatus, at: number): void {
    const { incarnation } = status;
    if (this.silent.has(incarnation) || this.silent.size >= MOST) return;
    this.silent.set(incarnation, { status, since: new PastMoment(at) });
  }

  /** @param live all nodes that are currently heard */
  forgetReturned(live: readonly NodeStatus[]): void {
    for (const [incarnation, { status, since }] of this.silent) {
      const isBack = live.some(
        ({ name, url, startedAt }) =>
          name === status.name || (url === status.url && startedAt > since.read(this.clock, this.monotonic)),
      );
      if (isBack || this.monotonic.elapsed() - since.at > REMEMBERED_MS) this.silent.delete(incarnation);
    }
  }

  /** @param databaseUp as observed by this node */
  list(databaseUp: boolean): NodeAbsence[] {
    const own = this.absences.list(databaseUp).map((absence) => ({ ...absence, node: null }));
    const silent = [...this.silent.values()].map(({ status: { name, url }, since }) => ({
      what: 'node' as const,
      since: new Date(since.read(this.clock, this.monotonic)).toISOString(),
      node: { id: name, url },
    }));
    return [...own, ...silent];
  }
}
