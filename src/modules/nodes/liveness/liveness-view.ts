import { type Beat, type NodeStatus } from '../status/node-status.js';

/** A node that was heard of. */
export interface Heard {
  /** When, by the looker's clock. */
  readonly at: number;
  readonly status: NodeStatus;
}

/** Silence after which a node is dead, in milliseconds. */
export const LEASE_MS = 9_000;
/** Looks further apart than this are no unbroken watch: the looker itself may have been asleep. */
const BREAK_MS = 5_000;

export type Place = 'database' | 'board';

interface Watch {
  /** Since when looking has succeeded without a break. */
  since: number;
  lastLook: number;
  /** When each node was last heard of here, by the looker's own clock, and the heartbeat it was by. */
  seen: Map<string, { readonly at: number; readonly mark: string }>;
}

/**
 * What one node knows of the life of the others. A node is dead when it has been silent for the lease in every place
 * that the looker has been able to watch for as long without a break, and was heard of nowhere else. So neither a node
 * that lost only one of the places is taken for dead, nor all of them because the looker slept or a place was away.
 *
 * Times are milliseconds of a clock that only runs forward.
 */
export class LivenessView {
  private readonly watches: Readonly<Record<Place, Watch>> = { database: unwatched(), board: unwatched() };
  private readonly statuses = new Map<string, Heard>();
  private reaped: Heard[] = [];

  /** Looking succeeded, and this is all there was. */
  looked(place: Place, now: number, beats: readonly Beat[]): void {
    const watch = this.watches[place];
    if (now - watch.lastLook > BREAK_MS) watch.since = now;
    watch.lastLook = now;
    const before = watch.seen;
    watch.seen = new Map();
    for (const { incarnation, age, mark, status } of beats) {
      const last = before.get(incarnation);
      // The place's clock may step. So its age counts for the first sight only; from then on what is new was left just now.
      const at = last?.mark === mark ? last.at : last === undefined ? now - Math.max(0, age) : now;
      watch.seen.set(incarnation, { at, mark });
      const known = this.statuses.get(incarnation);
      if (known === undefined || known.at <= at) this.statuses.set(incarnation, { at, status });
    }
    for (const [incarnation, heard] of this.statuses) {
      if (this.isKnown(incarnation)) continue;
      this.statuses.delete(incarnation);
      // Whoever says goodbye has been heard a moment ago.
      if (now - heard.at >= LEASE_MS / 2) this.reaped.push(heard);
    }
  }

  /** Looking failed. */
  failed(place: Place): void {
    this.watches[place].lastLook = -Infinity;
  }

  /** Those who were heard of within the lease. */
  live(now: number): Heard[] {
    const dead = new Set(this.dead(now).map(({ incarnation }) => incarnation));
    return [...this.statuses.values()].filter(({ at, status }) => now - at < LEASE_MS && !dead.has(status.incarnation));
  }

  /** Those who left their heartbeats behind. */
  dead(now: number): NodeStatus[] {
    const watched = Object.values(this.watches).filter(
      ({ since, lastLook }) => now - lastLook <= BREAK_MS && lastLook - since >= LEASE_MS,
    );
    if (watched.length === 0) return [];
    return [...this.statuses.values()]
      .map(({ status }) => status)
      .filter(({ incarnation }) =>
        watched.every(({ seen, lastLook }) => lastLook - (seen.get(incarnation)?.at ?? -Infinity) >= LEASE_MS),
      )
      .filter(({ incarnation }) => now - this.heardAt(incarnation) >= LEASE_MS);
  }

  /** Dead ones whose heartbeats another node has taken away before this one knew; each is told once. */
  takeReaped(): readonly Heard[] {
    const { reaped } = this;
    this.reaped = [];
    return reaped;
  }

  /** When a node was last heard of anywhere; also in a place that came back only now. */
  heardAt(incarnation: string): number {
    return Math.max(...Object.values(this.watches).map(({ seen }) => seen.get(incarnation)?.at ?? -Infinity));
  }

  private isKnown(incarnation: string): boolean {
    return Object.values(this.watches).some(({ seen }) => seen.has(incarnation));
  }
}

const unwatched = (): Watch => ({ since: -Infinity, lastLook: -Infinity, seen: new Map() });
