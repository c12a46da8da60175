import { type Beat, type NodeStatus } from '../status/node-status.js';

/** A node that was heard of. */
export interface Heard {
  /** When, by the observer's clock. */
  readonly at: number;
  readonly status: NodeStatus;
}

/** Milliseconds of silence after which a node is dead. */
export const LEASE_MS = 9_000;
/** Observation with longer gaps is not continuous: the observer itself may have been asleep. */
const BREAK_MS = 5_000;

export type Place = 'database' | 'board';

interface Watch {
  /** Since when looking has succeeded without a gap. */
  since: number;
  lastLook: number;
  /** When each node was last heard of in this place, by the observer's own clock, and by which heartbeat. */
  seen: Map<string, { readonly at: number; readonly mark: string }>;
}

/**
 * What one node knows about the others being alive. A node is dead when it has been silent for the lease in every place
 * that the observer could watch continuously for as long, and was heard of nowhere else. So a node that lost only one
 * of the places is not taken for dead, nor are all nodes when the observer slept or a place was away.
 *
 * Times are milliseconds of a monotonic clock.
 */
export class LivenessView {
  private readonly watches: Readonly<Record<Place, Watch>> = { database: unwatched(), board: unwatched() };
  private readonly statuses = new Map<string, Heard>();
  private reaped: Heard[] = [];

  /** Looking succeeded; these are all heartbeats in the place. */
  looked(place: Place, now: number, beats: readonly Beat[]): void {
    const watch = this.watches[place];
    if (now - watch.lastLook > BREAK_MS) watch.since = now;
    watch.lastLook = now;
    const before = watch.seen;
    watch.seen = new Map();
    for (const { incarnation, age, mark, status } of beats) {
      const last = before.get(incarnation);
      // The place's clock may step, so its age counts only at first sight; after that, a new heartbeat counts as
      // written just now.
      const at = last?.mark === mark ? last.at : last === undefined ? now - Math.max(0, age) : now;
      watch.seen.set(incarnation, { at, mark });
      const known = this.statuses.get(incarnation);
      if (known === undefined || known.at <= at) this.statuses.set(incarnation, { at, status });
    }
    for (const [incarnation, heard] of this.statuses) {
      if (this.isKnown(incarnation)) continue;
      this.statuses.delete(incarnation);
      // A node that said goodbye was heard of only a moment ago.
      if (now - heard.at >= LEASE_MS / 2) this.reaped.push(heard);
    }
  }

  /** Looking failed. */
  failed(place: Place): void {
    this.watches[place].lastLook = -Infinity;
  }

  /** Nodes heard of within the lease. */
  live(now: number): Heard[] {
    const dead = new Set(this.dead(now).map(({ incarnation }) => incarnation));
    return [...this.statuses.values()].filter(({ at, status }) => now - at < LEASE_MS && !dead.has(status.incarnation));
  }

  /** Dead nodes whose heartbeats are still there. */
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

  /** Dead nodes whose heartbeats another node removed before this one noticed; each is returned once. */
  takeReaped(): readonly Heard[] {
    const { reaped } = this;
    this.reaped = [];
    return reaped;
  }

  /** When a node was last heard of anywhere, including a place that has only just come back. */
  heardAt(incarnation: string): number {
    return Math.max(...Object.values(this.watches).map(({ seen }) => seen.get(incarnation)?.at ?? -Infinity));
  }

  private isKnown(incarnation: string): boolean {
    return Object.values(this.watches).some(({ seen }) => seen.has(incarnation));
  }
}

const unwatched = (): Watch => ({ since: -Infinity, lastLook: -Infinity, seen: new Map() });
