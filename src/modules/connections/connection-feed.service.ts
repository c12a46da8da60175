import { Injectable } from '@nestjs/common';
import { AppError } from '../../common/errors/app-error.js';
import { type FeedWish } from '../console/console.events.js';
import { type FeedReader, Feeds, type FeedSource } from '../console/feeds.service.js';
import { parseConnectionId } from '../realtime/connection-id.js';
import { ClusterQuery } from '../realtime/fan-out/cluster-query.js';
import { type TimelineEvent } from './connection-timeline.js';
import { WATCH, type WatchAnswer } from './connection-watches.service.js';

/** Nodes normally answer much faster; a slower one is busy and will be asked again. */
const TIMEOUT_MS = 1_000;
/** Events kept for consoles that come later. */
const KEPT = 200;

/** A connection that consoles on this node follow. */
interface Followed {
  readonly readers: Set<FeedReader>;
  events: TimelineEvent[];
  next: number;
  /** Its last reported state, as JSON. */
  shown: string;
}

/**
 * One connection, on any node, for consoles to follow. Its node is asked once per second, however many consoles follow.
 */
@Injectable()
export class ConnectionFeed implements FeedSource {
  readonly needs = 'viewer';
  private readonly followed = new Map<string, Followed>();

  constructor(
    private readonly feeds: Feeds,
    private readonly cluster: ClusterQuery,
  ) {
    feeds.know('connection', this);
  }

  async open(reader: FeedReader, { connection: id = '' }: FeedWish): Promise<() => void> {
    const known = this.followed.get(id);
    const answer = await this.ask(id, 0);
    if (answer === undefined) throw silent();
    if (answer === null) throw new AppError('not_found', 'There is no such connection, open or remembered.');
    const followed = this.followed.get(id) ?? known ?? { readers: new Set(), events: [], next: 0, shown: '' };
    const timeline = this.take(followed, answer);
    if (timeline.length > 0)
      for (const each of followed.readers) each.tell({ type: 'connection', connection: answer.connection, timeline });
    reader.tell({ type: 'connection', connection: answer.connection, timeline: followed.events });
    if (answer.closed) {
      reader.end();
      return () => undefined;
    }
    this.followed.set(id, followed);
    followed.readers.add(reader);
    this.feeds.look(this.look);
    return () => {
      followed.readers.delete(reader);
      if (followed.readers.size === 0 && this.followed.get(id) === followed) this.followed.delete(id);
      if (this.followed.size === 0) this.feeds.rest(this.look);
    };
  }

  private readonly look = async (): Promise<void> => {
    await Promise.all([...this.followed].map(([id, followed]) => this.lookAt(id, followed)));
  };

  private async lookAt(id: string, followed: Followed): Promise<void> {
    const answer = await this.ask(id, followed.next);
    // No answer right now; the next look asks again.
    if (answer === undefined) return;
    if (answer === null) {
      for (const reader of [...followed.readers]) reader.end();
      return;
    }
    const timeline = this.take(followed, answer);
    const { connection, closed } = answer;
    const shown = JSON.stringify(connection);
    if (timeline.length > 0 || shown !== followed.shown)
      for (const reader of followed.readers) reader.tell({ type: 'connection', connection, timeline });
    followed.shown = shown;
    if (closed) for (const reader of [...followed.readers]) reader.end();
  }

  /** @returns the new events */
  private take(followed: Followed, { events, next }: WatchAnswer): readonly TimelineEvent[] {
    // The answer to another question may have arrived in between.
    const fresh = events.slice(Math.max(0, events.length - (next - followed.next)));
    followed.events = [...followed.events, ...fresh].slice(-KEPT);
    followed.next = next;
    return fresh;
  }

  /** @returns `null` when there is no such connection, `undefined` when its node does not answer */
  private async ask(id: string, from: number): Promise<WatchAnswer | null | undefined> {
    const { node } = parseConnectionId(id);
    if (!this.cluster.knows(node)) return null;
    const { answers } = await this.cluster.ask(WATCH, { id, from }, { node, timeoutMs: TIMEOUT_MS });
    return answers[0]?.value;
  }
}

const silent = (): AppError =>
  new AppError('broker_unavailable', 'A node does not answer right now.', { retryAfterSeconds: 1 });
