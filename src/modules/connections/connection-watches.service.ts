import { Injectable } from '@nestjs/common';
import { Clock } from '../../common/time/clock.js';
import { ConnectionDirectory, type LiveConnection } from '../realtime/fan-out/connection-directory.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { topic } from '../realtime/fan-out/topic.js';
import { parseConnectionId } from '../realtime/connection-id.js';
import { NodeIdentity } from '../realtime/node-identity.js';
import { type ConnectionSnapshot, snapshotOf } from './connection-snapshot.js';
import { closingOf, ConnectionTimeline, type TimelineEvent, timelineOf } from './connection-timeline.js';
import { ConnectionDto } from './dto/connection.dto.js';
import { EndedConnections } from './ended-connections.service.js';

/** A watch ends when nobody asks for it for this long. */
const LEASE_MS = 5_000;

export interface WatchQuestion {
  readonly id: string;
  /** Number of the first event not known yet. */
  readonly from: number;
}

/** A connection and what happened to it. Survives structured cloning. */
export interface WatchAnswer {
  readonly connection: ConnectionDto;
  readonly events: readonly TimelineEvent[];
  /** Number of the next event. */
  readonly next: number;
  readonly closed: boolean;
}

interface Watch {
  readonly connection: LiveConnection;
  readonly timeline: ConnectionTimeline;
  readonly lease: NodeJS.Timeout;
  snapshot: ConnectionSnapshot;
  closed: boolean;
}

/** Asks the node of a connection, which answers with what happened since the last question. */
export const WATCH = topic<WatchQuestion, WatchAnswer | null>('connections.watch');

/**
 * The connections of this node that are being watched. A timeline is kept from the first question on, for as long as
 * questions keep coming; unwatched connections cost nothing.
 */
@Injectable()
export class ConnectionWatches {
  /** By serial number. */
  private readonly watches = new Map<number, Watch>();

  constructor(
    private readonly directory: ConnectionDirectory,
    private readonly ended: EndedConnections,
    private readonly identity: NodeIdentity,
    private readonly clock: Clock,
    cluster: ClusterQuery,
  ) {
    cluster.answer(WATCH, (question) => this.answer(question));
    directory.onEnd((connection, end) => {
      const watch = this.watches.get(connection.serial);
      if (watch === undefined) return;
      this.look(watch);
      const { detail } = closingOf({ ...end, endedAt: this.clock.now() });
      watch.timeline.add(this.clock.now(), 'closed', detail);
      watch.closed = true;
    });
  }

  private answer({ id, from }: WatchQuestion): WatchAnswer | null {
    const { serial } = parseConnectionId(id);
    const watch = this.watches.get(serial) ?? this.begin(serial);
    if (watch === undefined) return this.remembered(serial, from);
    watch.lease.refresh();
    if (!watch.closed) this.look(watch);
    const { timeline, snapshot, closed } = watch;
    const connection = ConnectionDto.from(snapshot, this.identity.name);
    return { connection, events: timeline.since(from), next: timeline.next, closed };
  }

  private begin(serial: number): Watch | undefined {
    const connection = this.directory.find(serial);
    if (connection === undefined) return undefined;
    const snapshot = this.snapshotOf(connection);
    const timeline = new ConnectionTimeline(snapshot, this.clock.now());
    const lease = setTimeout(() => {
      this.watches.delete(serial);
      connection.watcher = null;
    }, LEASE_MS).unref();
    connection.watcher = (what, detail) => {
      timeline.add(this.clock.now(), what, detail);
    };
    const watch = { connection, timeline, lease, snapshot, closed: false };
    this.watches.set(serial, watch);
    return watch;
  }

  private look(watch: Watch): void {
    watch.snapshot = this.snapshotOf(watch.connection);
    watch.timeline.compare(watch.snapshot, this.clock.now());
  }

  private remembered(serial: number, from: number): WatchAnswer | null {
    const ended = this.ended.find(serial);
    if (ended === undefined) return null;
    const events = timelineOf(ended);
    const connection = ConnectionDto.from(ended, this.identity.name);
    return { connection, events: events.slice(from), next: events.length, closed: true };
  }

  private snapshotOf(connection: LiveConnection): ConnectionSnapshot {
    return snapshotOf(connection, this.directory.placesOf(connection));
  }
}
