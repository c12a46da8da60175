import { Injectable } from '@nestjs/common';
import { OUTAGES } from '../../common/outages/outages.js';
import { Clock } from '../../common/time/clock.js';
import { MonotonicClock } from '../../common/time/monotonic-clock.js';
import { PastMoment } from '../../common/time/past-moment.js';
import { BusHealth } from '../realtime/ports/bus-health.js';
import { Lifecycle } from './lifecycle.js';

export const ABSENT_THINGS = ['database', 'database disk', 'redis', 'media'] as const;
export type AbsentThing = (typeof ABSENT_THINGS)[number];

/** Something that is unavailable to this node. */
export interface Absence {
  readonly what: AbsentThing;
  /** RFC 3339. */
  readonly since: string;
}

/** What is unavailable to this node, and since when. */
@Injectable()
export class Absences {
  private readonly startedAt: number;
  private moments = new Map<AbsentThing, PastMoment>();

  constructor(
    private readonly lifecycle: Lifecycle,
    private readonly bus: BusHealth,
    private readonly clock: Clock,
    private readonly monotonic: MonotonicClock,
  ) {
    this.startedAt = monotonic.elapsed();
  }

  /** @param databaseUp as the caller has found it */
  list(databaseUp: boolean): Absence[] {
    const found: (readonly [AbsentThing, number | undefined])[] = [];
    if (!databaseUp) found.push(['database', OUTAGES.database.since]);
    for (const { what, since } of this.lifecycle.lacks()) found.push([what, since]);
    if (OUTAGES.database.fullSince !== undefined) found.push(['database disk', OUTAGES.database.fullSince]);
    if (this.bus.state === 'away' || this.bus.state === 'deaf')
      found.push(['redis', this.bus.heardAt ?? this.startedAt]);
    this.moments = new Map(found.map(([what, at]) => [what, this.momentOf(what, at)]));
    return [...this.moments].map(([what, moment]) => ({
      what,
      since: new Date(moment.read(this.clock, this.monotonic)).toISOString(),
    }));
  }

  /** Since when it is unavailable; if nothing else tells, since it was first found so. */
  private momentOf(what: AbsentThing, at: number | undefined): PastMoment {
    const known = this.moments.get(what);
    return known !== undefined && (at ?? known.at) === known.at
      ? known
      : new PastMoment(at ?? this.monotonic.elapsed());
  }
}
